import { parseArgs } from 'node:util';
import { withEqualsSigns } from '../with-equals-signs.ts';

export const COMPACT_USAGE = `Usage: npm run compact -- [--data FOLDER] [--from TIME] [--to TIME] [--dry-run]
       npm run compact -- --stack NAME [--from TIME] [--dry-run]

Copies kept traces to Parquet, which queries read instead of the lines: less to read, and faster. The lines stay as they
are. Stopping it at any point loses nothing, and running it twice takes nothing twice: docs/compaction.md.

  --data FOLDER   data folder of the local run (default: .tailgate)
  --stack NAME    the deployed stack, which has to be deployed with compaction: one run, as its function makes each hour
  --from TIME     in the first hour, UTC: 2026-11-21, 2026-11-21T07, or back from now: -6h, -2d; hours are copied whole. Of a
                  stack: where the first run of all begins (default: a day back)
  --to TIME       in the hour after the last one (default: all that ended an hour ago)
  --dry-run       says what would be copied
  --help          this text

Exit code 0 when everything is copied, 1 when an object could not be or something failed, 130 when it was interrupted.`;

export interface CompactCommand {
  readonly target: { readonly dataDir: string } | { readonly stack: string };
  /** As they were given. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly dryRun: boolean;
}

/** Undefined: help is asked for. @throws {Error} with one line that says what is wrong */
export function parseCompactArguments(argv: readonly string[]): CompactCommand | undefined {
  const { values } = parseArgs({
    args: withEqualsSigns(argv, ['from', 'to']),
    options: {
      data: { type: 'string' },
      stack: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { data, stack, from, to } = values;
  if (values.help) return undefined;
  if (stack !== undefined && data !== undefined)
    throw new Error('--stack and --data are two archives: give one of them');
  if (stack !== undefined && to !== undefined) {
    throw new Error(
      '--to is not for a stack: its hours are compacted one after the other, up to the last that settled',
    );
  }
  const target = stack === undefined ? { dataDir: data ?? '.tailgate' } : { stack };
  return { target, from, to, dryRun: values['dry-run'] ?? false };
}
