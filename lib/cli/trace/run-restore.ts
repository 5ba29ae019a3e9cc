import { text } from 'node:stream/consumers';
import { parseTraceId, TRACE_ID_FORMS } from '../../archive/trace-id.ts';
import { isInUse } from '../../local/data-folder.ts';
import { type RestoreOutcome, restoreTrace } from '../../pipeline/restore-traces.ts';
import { type ExitCode, UsageError } from '../../terminal/errors.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { counted, quotedExcerpt } from '../../text/messages.ts';
import { ON_THIS_MACHINE, openPipeline, type PipelineDeps } from './pipelines.ts';

export interface RestoreInput {
  /** 32 lower-case hex digits each; none: they are read from standard input. */
  readonly ids: readonly string[];
  /** Data folder of the local run, when there is no stack. */
  readonly data: string;
  readonly stack: string | undefined;
  readonly tenant: string | undefined;
}

export interface RestoreDeps extends PipelineDeps {
  /** What is piped into the command; undefined: nothing is, a person sits there. */
  readonly input: () => Promise<string | undefined>;
}

const FROM_THE_SHELL: RestoreDeps = {
  ...ON_THIS_MACHINE,
  input: async () => (process.stdin.isTTY ? undefined : text(process.stdin)),
};

/** Has traces kept, one after the other, and says what comes of each. */
export async function runRestore(
  input: RestoreInput,
  terminal: Terminal,
  deps: RestoreDeps = FROM_THE_SHELL,
): Promise<ExitCode> {
  const ids = input.ids.length > 0 ? input.ids : idsIn(await deps.input());
  const interruption = terminal.interruption();
  const pipeline = await openPipeline(input, deps);
  const counts = { requested: 0, kept: 0, refused: 0 };
  try {
    for (const id of new Set(ids)) {
      if (interruption.aborted) break;
      const outcome = await restoreTrace(id, { ...pipeline.deps, wakeUps: pipeline.wakeUps });
      counts[outcome.state === 'requested' || outcome.state === 'kept' ? outcome.state : 'refused'] += 1;
      terminal.print(`${id}  ${outcomeText(outcome, pipeline.deps.clock.now())}`);
    }
  } finally {
    await pipeline.close();
  }
  if (counts.requested > 0) terminal.complain(whoKeeps(counts.requested, input));
  if (interruption.aborted) return 130;
  return counts.refused === 0 ? 0 : 1;
}

function outcomeText(outcome: RestoreOutcome, nowMs: number): string {
  switch (outcome.state) {
    case 'requested':
      return `is being kept: ${counted(outcome.spanCount, 'span')}`;
    case 'kept':
      return `was kept before, by policy ${escapeForTerminal(outcome.policy)}`;
    case 'expired':
      return `cannot be kept: its spans left the buffer ${Math.round((nowMs - outcome.leftAtMs) / 60_000)} min ago`;
    case 'unknown':
      return 'cannot be kept: no span of it came in the last 24 hours';
    case 'too_large':
      return `cannot be kept: ${escapeForTerminal(outcome.reason)}`;
  }
}

/** When it happens. */
function whoKeeps(requested: number, { data, stack }: RestoreInput): string {
  const traces = counted(requested, 'trace');
  if (stack !== undefined) return `stack ${stack} keeps ${traces} within a minute; "tailgate trace" shows when it has`;
  if (isInUse(data)) return `the run on ${data} keeps ${traces} within a minute; "tailgate trace" shows when it has`;
  return `nothing runs on ${data}: the next "tailgate start" keeps ${traces}`;
}

/** One a line. Empty lines do not count, nor does the heading that query prints. @throws {UsageError} */
function idsIn(input: string | undefined): readonly string[] {
  if (input === undefined) throw new UsageError([`expected ${TRACE_ID_FORMS}, or IDs on standard input`]);
  const lines = input.split('\n').map((line) => line.trim());
  const ids = lines.flatMap((line, index) => {
    if (line === '' || line === 'trace_id') return [];
    const id = parseTraceId(line);
    if (id !== undefined) return [id];
    throw new UsageError([`line ${index + 1} of standard input is ${quotedExcerpt(line)}: expected ${TRACE_ID_FORMS}`]);
  });
  if (ids.length === 0) throw new UsageError(['there is no trace ID on standard input']);
  return ids;
}
