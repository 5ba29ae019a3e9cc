import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CompactArchiveResult } from '../../archive/compaction/compact-archive.ts';
import { type FolderResult, type HourResult, sum } from '../../archive/compaction/compact-hour.ts';
import { hourOf } from '../../archive/hours.ts';
import { NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { parseTime } from '../../archive/window.ts';
import { endpointOf } from '../../aws/calls/endpoint.ts';
import { GlueCompactionCatalog } from '../../aws/glue/compaction-catalog.ts';
import { createS3Client } from '../../aws/s3/object-store.ts';
import { SystemClock } from '../../aws/system.ts';
import { CommandError, type ExitCode, UsageError } from '../../terminal/errors.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { counted } from '../../text/messages.ts';
import { createCloudFormationClient } from '../stack.ts';
import {
  compactDataFolder,
  compactStack,
  type LocalCompaction,
  lookAtDataFolder,
  lookAtStack,
  nextSettling,
  openStackArchive,
  type StackCompactionDeps,
  type Uncompacted,
} from './targets.ts';

export interface CompactInput {
  /** Data folder of the local run, when there is no stack. */
  readonly data: string;
  readonly stack: string | undefined;
  /** As they were given. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly dryRun: boolean;
}

/** Copies kept traces to Parquet, and says what was copied and what was left. */
export async function runCompact(
  { data, stack, from: givenFrom, to: givenTo, dryRun }: CompactInput,
  terminal: Terminal,
  deps: StackCompactionDeps = accountOfTheShell(),
): Promise<ExitCode> {
  // Stopping at once, on a second signal, is safe as well.
  const interruption = terminal.interruption();
  const nowMs = deps.clock.now();
  const fromMs = givenFrom === undefined ? undefined : parseTime(givenFrom, nowMs);
  const toMs = givenTo === undefined ? undefined : parseTime(givenTo, nowMs);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw new UsageError([`--from must be before --to, got ${givenFrom} and ${givenTo}`]);
  }
  const watch = {
    isInterrupted: () => interruption.aborted,
    onHour(result: HourResult) {
      const line = hourLine(result);
      if (line !== undefined) terminal.complain(line);
    },
  };
  if (stack === undefined) {
    const local = { dataDir: data, nowMs, fromMs, toMs, ...watch };
    const uncompacted = dryRun ? await lookAtDataFolder(local) : undefined;
    const results = dryRun ? [] : await compactDataFolder(local);
    const code = uncompacted === undefined ? printResults(results, terminal) : printUncompacted(uncompacted, terminal);
    const isNothing = uncompacted === undefined ? sum(results).parts === 0 : uncompacted.hours === 0;
    if (isNothing) await explainNothing(local, terminal);
    return code;
  }
  const archive = await openStackArchive(stack, deps);
  const from = fromMs === undefined ? undefined : hourOf(fromMs);
  const { hours } = archive.published;
  if (from !== undefined && hours.from !== NOTHING_COMPACTED.from) {
    throw new CommandError(`--from is for the first run of all: this archive is compacted from ${hours.from} on`);
  }
  if (dryRun) return printUncompacted(await lookAtStack(archive, from, nowMs), terminal);
  const result = await compactStack(archive, from, deps, watch);
  for (const line of publishedLines(result)) terminal.print(line);
  return printResults(result.hours, terminal);
}

/** In the account and region of the shell. */
function accountOfTheShell(): StackCompactionDeps {
  const clock = new SystemClock();
  const cloudFormation = createCloudFormationClient();
  const catalogIn = (databaseName: string, region: string) => {
    const endpoint = endpointOf('glue', region, process.env);
    return new GlueCompactionCatalog({ databaseName, region, endpoint, credentials: defaultProvider(), clock });
  };
  return {
    s3: createS3Client({ requestTimeoutMs: 60_000 }),
    cloudFormation,
    catalogOf(databaseName) {
      const region = () => cloudFormation.config.region();
      return {
        read: async () => catalogIn(databaseName, await region()).read(),
        write: async (hours, version) => catalogIn(databaseName, await region()).write(hours, version),
      };
    },
    clock,
  };
}

/** On the first day, for one. */
async function explainNothing(local: Pick<LocalCompaction, 'dataDir' | 'nowMs'>, terminal: Terminal): Promise<void> {
  const next = await nextSettling(local);
  if (next === undefined) return;
  const at = new Date(next.atMs).toISOString().slice(0, 16);
  terminal.complain(`hint: an hour can be compacted from an hour after its end on: ${next.hour} from ${at}Z on`);
}

function printUncompacted({ hours, objects, bytes }: Uncompacted, terminal: Terminal): 0 {
  terminal.print(`would compact: ${counted(hours, 'hour')}, ${counted(objects, 'object')}, ${size(bytes)} of lines`);
  return 0;
}

function printResults(results: readonly HourResult[], terminal: Terminal): ExitCode {
  for (const line of summaryLines(results)) terminal.print(escapeForTerminal(line));
  if (terminal.interruption().aborted) return 130;
  return results.some(({ refused }) => refused.length > 0) ? 1 : 0;
}

function publishedLines({ published, publication }: CompactArchiveResult): string[] {
  if (publication === 'conflict') {
    return ['another run published first; the next run will use the parts written here'];
  }
  const { from, to, left, closing } = published;
  const lines = [from === to ? 'read from Parquet: nothing yet' : `read from Parquet: ${from} up to before ${to}`];
  if (left.length > 0) lines.push(`read from lines in between: ${left.join(', ')}`);
  if (closing !== undefined) {
    const after = new Date(closing.atMs).toISOString().slice(0, 16);
    lines.push(`next: up to before ${closing.before}, in a run that begins a quarter of an hour after ${after}Z`);
  }
  return lines;
}

/** Objects that are named. */
const MAX_LISTED = 20;

/** Progress: a line for an hour in which something was done. */
function hourLine({ hour, parts, objects, spans, bytesBefore, bytesAfter }: HourResult): string | undefined {
  if (parts === 0) return undefined;
  const sizes = `${size(bytesBefore)} to ${size(bytesAfter)} in ${counted(parts, 'part')}`;
  return `${hour}: ${counted(objects, 'object')}, ${counted(spans, 'span')}, ${sizes}`;
}

/** What was done, and what was left. */
function summaryLines(results: readonly HourResult[]): string[] {
  const { parts, objects, spans, bytesBefore, bytesAfter, refused }: FolderResult = sum(results);
  const hours = results.filter((result) => result.parts > 0).length;
  const lines = [
    `compacted: ${counted(hours, 'hour')}, ${counted(objects, 'object')}, ${counted(spans, 'span')}`,
    ...(parts === 0
      ? []
      : [
          `bytes: ${size(bytesBefore)} of lines, ${size(bytesAfter)} of Parquet (${percent(bytesAfter, bytesBefore)} %)`,
        ]),
  ];
  if (refused.length > 0) {
    lines.push(`left as they are, and still read: ${counted(refused.length, 'object')}`);
    for (const { object, reason } of refused.slice(0, MAX_LISTED)) {
      lines.push(`  ${object.key}: ${reason}`);
    }
  }
  return lines;
}

function size(bytes: number): string {
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : String(Math.round((100 * part) / whole));
}
