import { resolve } from 'node:path';
import type { ArchiveReader } from '../../archive/archive-reader.ts';
import { TRACES_PREFIX } from '../../archive/layout.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import { type CommandIo, runCommand } from '../run-command.ts';
import { parseReplayArguments, REPLAY_USAGE, type ReplayCommand } from './arguments.ts';
import { emptyCounts } from './ledger.ts';
import { InterruptedError, ReplayError } from './otlp-sender.ts';
import { type ReplayState, readState, type Selection, writeState } from './position.ts';
import { isComplete } from './report.ts';
import {
  type ArchiveClients,
  type AthenaIo,
  countObjects,
  describeTraceIds,
  openArchive,
  readTraceFile,
  type SelectedObjects,
  selectInAthena,
  selectTraceIds,
} from './select.ts';
import { type SendIo, sendAll } from './send-all.ts';
import { windowOf } from './window.ts';

export interface ReplayIo extends CommandIo, ArchiveClients, SendIo, AthenaIo {}

/** The command `replay`. Resolves to the exit code. */
export function runReplay(argv: readonly string[], io: ReplayIo): Promise<0 | 1 | 130> {
  return runCommand(argv, io, {
    usage: REPLAY_USAGE,
    parse: parseReplayArguments,
    run: (command) => run(command, io),
  });
}

async function run(command: ReplayCommand, io: ReplayIo): Promise<0 | 1 | 130> {
  try {
    return await prepareAndSend(command, io);
  } catch (error) {
    if (error instanceof InterruptedError) return 130;
    throw error;
  }
}

async function prepareAndSend(command: ReplayCommand, io: ReplayIo): Promise<0 | 1 | 130> {
  const archive = await openArchive(command.source, command.tenant, io);
  const { traceFile, resumeFile } = command;
  const given = [...command.traceIds, ...(traceFile === undefined ? [] : await readTraceFile(traceFile))];
  const selection = selectionOf(command, given);
  const kept = resumeFile === undefined ? undefined : await readState(resumeFile, selection);
  if (kept?.isDone) {
    io.print(`nothing is left to send: by ${resumeFile} this replay is complete; delete the file to send all again`);
    return isComplete(kept.counts) ? 0 : 1;
  }
  const start = kept ?? newState(command, selection, io.clock.now());
  const selected = await countObjects(archive, start, io.stop);
  if (selected.objects === 0) throw await nothingThere(archive, command, selected);
  const wanted = await wantedTraces(command, given, start, io);
  if (start.position !== undefined) {
    io.complain(escapeForTerminal(`goes on behind line ${start.position.lines} of ${start.position.object}`));
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
  const { url, source, tenant, since, until, where } = command;
  const parts = {
    to: url,
    data: source.kind === 'data' ? resolve(source.dataDir) : undefined,
    stack: source.kind === 'stack' ? source.stack : undefined,
    bucket: source.kind === 'bucket' ? source.bucket : undefined,
    tenant,
    since,
    until,
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
  io: AthenaIo,
): Promise<ReadonlySet<string> | undefined> {
  if (where === undefined || source.kind === 'bucket') return given.length === 0 ? undefined : new Set(given);
  const matching =
    source.kind === 'stack'
      ? await selectInAthena({ stack: source.stack, tenant, where, range }, io)
      : await selectTraceIds(source.dataDir, where, range);
  const wanted = given.length === 0 ? matching : new Set(given.filter((id) => matching.has(id)));
  if (wanted.size === 0)
    throw new ReplayError(`--where: no ${given.length === 0 ? '' : 'such '}trace matches ${where}`);
  return wanted;
}

async function nothingThere(
  archive: ArchiveReader,
  { tenant, since, until }: ReplayCommand,
  { later }: SelectedObjects,
): Promise<ReplayError> {
  if (later > 0) return new ReplayError(`all ${later} objects were written after the replay began (is a clock wrong?)`);
  const tenants = await archive.tenants();
  const named = tenants.length === 0 ? '' : `; tenants are kept apart here, --tenant is one of ${tenants.join(', ')}`;
  const whose = tenant === undefined ? '' : ` of tenant ${tenant}`;
  const when =
    since === undefined && until === undefined
      ? ''
      : ` filed under the hours from ${since ?? 'the first'} to ${until ?? 'now'}`;
  return new ReplayError(`there are no kept traces${whose}${when} (${TRACES_PREFIX} has none)${named}`);
}
