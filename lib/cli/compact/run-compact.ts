import type { CompactArchiveResult } from '../../archive/compaction/compact-archive.ts';
import type { HourResult } from '../../archive/compaction/compact-hour.ts';
import { hourOf } from '../../archive/hours.ts';
import { NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { parseTime, TIME_FORMS } from '../../archive/window.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import { type CommandIo, runCommand } from '../run-command.ts';
import { COMPACT_USAGE, type CompactCommand, parseCompactArguments } from './compact-arguments.ts';
import { compactDataFolder, lookAtDataFolder } from './compact-data-folder.ts';
import { compactStack, lookAtStack, openStackArchive, type StackCompactionIo } from './compact-stack.ts';
import { count, hourLine, size, summaryLines } from './report.ts';
import type { Uncompacted } from './uncompacted.ts';

export interface CompactIo extends CommandIo, StackCompactionIo {}

/** The command `compact`. Resolves to the exit code. */
export function runCompact(argv: readonly string[], io: CompactIo): Promise<0 | 1 | 130> {
  return runCommand(argv, io, {
    usage: COMPACT_USAGE,
    parse: parseCompactArguments,
    run: (command) => run(command, io),
  });
}

async function run(command: CompactCommand, io: CompactIo): Promise<0 | 1 | 130> {
  const nowMs = io.clock.now();
  const fromMs = timeOf('--from', command.from, nowMs);
  const toMs = timeOf('--to', command.to, nowMs);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw new Error(`--from must be before --to, got ${command.from} and ${command.to}`);
  }
  const { target, dryRun } = command;
  const onHour = (result: HourResult) => {
    const line = hourLine(result);
    if (line !== undefined) io.complain(line);
  };
  if ('dataDir' in target) {
    const local = { dataDir: target.dataDir, nowMs, fromMs, toMs, isInterrupted: io.isInterrupted, onHour };
    if (dryRun) return printUncompacted(await lookAtDataFolder(local), io);
    return printResults(await compactDataFolder(local), io);
  }
  const archive = await openStackArchive(target.stack, io);
  const from = fromMs === undefined ? undefined : hourOf(fromMs);
  const { hours } = archive.published;
  if (from !== undefined && hours.from !== NOTHING_COMPACTED.from) {
    throw new Error(`--from is for the first run of all: this archive is compacted from ${hours.from} on`);
  }
  if (dryRun) return printUncompacted(await lookAtStack(archive, from, nowMs), io);
  const result = await compactStack(archive, from, io, onHour);
  for (const line of publishedLines(result)) io.print(line);
  return printResults(result.hours, io);
}

function timeOf(option: string, text: string | undefined, nowMs: number): number | undefined {
  const ms = text === undefined ? undefined : parseTime(text, nowMs);
  if (text !== undefined && ms === undefined) throw new Error(`${option}: expected ${TIME_FORMS}, got "${text}"`);
  return ms;
}

function printUncompacted({ hours, objects, bytes }: Uncompacted, io: CompactIo): 0 {
  io.print(`would compact: ${count(hours, 'hour')}, ${count(objects, 'object')}, ${size(bytes)} of lines`);
  return 0;
}

function printResults(results: readonly HourResult[], io: CompactIo): 0 | 1 | 130 {
  for (const line of summaryLines(results)) io.print(escapeForTerminal(line));
  if (io.isInterrupted()) return 130;
  return results.some(({ refused }) => refused.length > 0) ? 1 : 0;
}

function publishedLines({ published, publication }: CompactArchiveResult): string[] {
  if (publication === 'conflict') {
    return ['another run has published meanwhile: what this one has written is of use to the next'];
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
