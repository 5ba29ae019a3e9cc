import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ArchiveReader } from '../../archive/archive-reader.ts';
import { TRACES_PREFIX } from '../../archive/layout.ts';
import { createS3Client } from '../../aws/s3/object-store.ts';
import { SystemClock } from '../../aws/system.ts';
import { CommandError, type ExitCode, InterruptedError } from '../../terminal/errors.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { counted } from '../../text/messages.ts';
import { createCloudFormationClient } from '../stack.ts';
import { type ReplayCommand, type ReplayInput, replayCommand } from './arguments.ts';
import { emptyCounts } from './ledger.ts';
import { type ReplayState, readState, type Selection, writeState } from './position.ts';
import { isComplete } from './report.ts';
import {
  type ArchiveClients,
  countObjects,
  describeTraceIds,
  openArchive,
  readTraceFile,
  type SelectDeps,
  type SelectedObjects,
  selectTraces,
} from './select.ts';
import { type SendDeps, sendAll } from './send-all.ts';
import { windowOf } from './window.ts';

export interface ReplayDeps extends ArchiveClients, Pick<SelectDeps, 'athena' | 'sleep'> {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Aborts requests under way. @param stop aborted when nothing new is to begin */
  readonly abortAfter: (stop: AbortSignal) => AbortSignal;
}

/** How long requests under way may take once the replay is to stop. */
const GRACE_MS = 5_000;

/** An object is read while its spans are sent: a connection that is dropped because of a slow receiver is made again. */
const SOCKET_TIMEOUT_MS = 30_000;

/** In the account and region of the shell. */
function accountOfTheShell(): ReplayDeps {
  return {
    s3: () => createS3Client({ socketTimeoutMs: SOCKET_TIMEOUT_MS }),
    cloudFormation: createCloudFormationClient,
    athena: async () => (await import('../query/athena/run-query.ts')).createAthenaClient(),
    clock: new SystemClock(),
    random: Math.random,
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    abortAfter(stop) {
      const controller = new AbortController();
      stop.addEventListener('abort', async () => {
        await setTimeout(GRACE_MS, undefined, { ref: false });
        controller.abort(new InterruptedError());
      });
      return controller.signal;
    },
  };
}

/** What the parts of a replay work with. */
interface ReplayIo extends ReplayDeps, SendDeps {}

/** Sends kept traces to a receiver. */
export function runReplay(
  input: ReplayInput,
  terminal: Terminal,
  deps: ReplayDeps = accountOfTheShell(),
): Promise<ExitCode> {
  const stop = terminal.interruption();
  return prepareAndSend(replayCommand(input), { ...deps, terminal, stop, abort: deps.abortAfter(stop) });
}

async function prepareAndSend(command: ReplayCommand, io: ReplayIo): Promise<ExitCode> {
  const archive = await openArchive(command.source, command.tenant, io);
  const { traceFile, resumeFile } = command;
  const given = [...command.traceIds, ...(traceFile === undefined ? [] : await readTraceFile(traceFile))];
  const selection = selectionOf(command, given);
  const kept = resumeFile === undefined ? undefined : await readState(resumeFile, selection);
  if (kept?.isDone) {
    io.terminal.print(
      `nothing is left to send: by ${resumeFile} this replay is complete; delete the file to send all again`,
    );
    return isComplete(kept.counts) ? 0 : 1;
  }
  const start = kept ?? newState(command, selection, io.clock.now());
  const selected = await countObjects(archive, start, io.stop);
  if (selected.objects === 0) throw await nothingThere(archive, command, selected);
  const wanted = await wantedTraces(command, given, start, io);
  if (start.position !== undefined) {
    io.terminal.complain(escapeForTerminal(`goes on behind line ${start.position.lines} of ${start.position.object}`));
  } else if (resumeFile !== undefined) {
    await writeState(resumeFile, start);
  }
  return sendAll({ command, archive, start, selected, given, wanted }, io);
}

function newState(command: ReplayCommand, selection: Selection, nowMs: number): ReplayState {
  return {
    selection,
    startedAtMs: nowMs,
    ...windowOf(command, nowMs),
    position: undefined,
    counts: emptyCounts(),
    isDone: false,
  };
}

/** Everything that says which traces go where; headers are no part of it, they hold secrets. */
function selectionOf(command: ReplayCommand, traceIds: readonly string[]): Selection {
  const { url, source, tenant, from, to, where } = command;
  const parts = {
    endpoint: url,
    data: source.kind === 'data' ? resolve(source.dataDir) : undefined,
    stack: source.kind === 'stack' ? source.stack : undefined,
    bucket: source.kind === 'bucket' ? source.bucket : undefined,
    tenant,
    from,
    to,
    traces: traceIds.length === 0 ? undefined : describeTraceIds(traceIds),
    where,
  };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, part]) => (part === undefined ? [] : [[name, part]])),
  );
}

async function wantedTraces(
  { source, tenant, where }: ReplayCommand,
  given: readonly string[],
  { partitions: range }: ReplayState,
  io: ReplayIo,
): Promise<ReadonlySet<string> | undefined> {
  if (where === undefined || source.kind === 'bucket') return given.length === 0 ? undefined : new Set(given);
  const matching = await selectTraces({ source, tenant, where, range }, io);
  const wanted = given.length === 0 ? matching : new Set(given.filter((id) => matching.has(id)));
  if (wanted.size === 0)
    throw new CommandError(`--where: no ${given.length === 0 ? '' : 'such '}trace matches ${where}`);
  return wanted;
}

async function nothingThere(
  archive: ArchiveReader,
  { tenant, from, to }: ReplayCommand,
  { later }: SelectedObjects,
): Promise<CommandError> {
  if (later > 0)
    return new CommandError(
      `everything was written after the replay began: ${counted(later, 'object')} (is a clock wrong?)`,
    );
  const tenants = await archive.tenants();
  const named = tenants.length === 0 ? '' : `; tenants are kept apart here, --tenant is one of ${tenants.join(', ')}`;
  const whose = tenant === undefined ? '' : ` of tenant ${tenant}`;
  const when =
    from === undefined && to === undefined
      ? ''
      : ` filed under the hours from ${from ?? 'the first'} to ${to ?? 'now'}`;
  return new CommandError(`there are no kept traces${whose}${when} (${TRACES_PREFIX} has none)${named}`);
}
