import { filedHour, scopedKey, type TenantScope } from '../archive/layout.ts';
import { readTraceLine } from '../archive/read-line.ts';
import type { ArchiveHours } from './archive-hours.ts';
import { CoverageBuilder } from './coverage.ts';
import { findTrace, type HourView } from './hour-view.ts';
import type { KeptTrace } from './kept-trace.ts';
import { DAMAGED, ifDamaged, type LineReader } from './line-reader.ts';
import type { ObjectTexts } from './object-texts.ts';
import { type LineJson, linesIn, readWholeLine } from './otlp-json.ts';
import type { Deadline, KeptRecord, KeptRecords } from './ports.ts';
import { assembleLines, type ReadTrace } from './read-trace.ts';
import type { Coverage, ReadWindow } from './results.ts';

export interface GetTraceDeps extends TenantScope {
  readonly hours: ArchiveHours;
  readonly lines: LineReader;
  readonly texts: ObjectTexts;
  readonly records: KeptRecords | undefined;
}

export interface TraceLookup extends Coverage {
  /** `undefined`: it is not where it was looked for. */
  readonly trace: ReadTrace | undefined;
}

const COMPLETE: Coverage = { isComplete: true, missingHours: [] };

/** A trace as far as its lines can be read, and whether one of them cannot. */
interface Read {
  readonly trace: ReadTrace | undefined;
  readonly isDamaged: boolean;
}

/**
 * One trace with everything that the archive has of it.
 *
 * Its decision record, which outlives the buffer by a week, names its objects: then it costs one read of the record and one of each
 * object, mostly one. Otherwise it is looked for in the hours that are in memory, then in those of the window.
 *
 * @param traceId 32 lower-case hex digits
 */
export async function getTrace(
  traceId: string,
  window: ReadWindow | undefined,
  deps: GetTraceDeps,
  deadline: Deadline,
): Promise<TraceLookup> {
  const { hours, records } = deps;
  const record = await records?.find(traceId);
  if (record !== undefined) {
    const lines = await linesOfRecord(traceId, record, deps);
    const hour = filedHour(record.partition);
    if (lines.length >= record.lineCount && lines.length > 0) {
      return { ...COMPLETE, trace: assembleLines(hour, lines, 'lines') };
    }
    // Claims were folded, or not all are committed yet, or one is damaged, or the record says more than there is.
    const view = await hours.view(hour, deadline);
    const read = await readFrom(view, traceId, deps);
    return { ...coverageOf(view, read), trace: read.trace ?? (lines[0] && assembleLines(hour, lines, 'lines')) };
  }
  for (const held of hours.held()) {
    if (findTrace(held, traceId) === undefined) continue;
    const view = await hours.view(held.hour, deadline);
    const read = await readFrom(view, traceId, deps);
    if (read.trace !== undefined) return { ...coverageOf(view, read), trace: read.trace };
  }
  const coverage = new CoverageBuilder();
  for (const hour of window === undefined ? [] : await hours.inWindow(window)) {
    if (deadline.isOver()) {
      coverage.addMissing(hour);
      continue;
    }
    const view = await hours.view(hour, deadline);
    const read = await readFrom(view, traceId, deps);
    if (read.trace !== undefined) return { ...coverageOf(view, read), trace: read.trace };
    coverage.addHour(hour, view);
    if (read.isDamaged) coverage.addDamagedLine(hour);
  }
  return { trace: undefined, ...coverage.build() };
}

/** A trace that a search has found. `undefined`: it is gone since. */
export async function readFound(
  { traceId, hour }: { readonly traceId: string; readonly hour: string },
  deps: GetTraceDeps,
  deadline: Deadline,
): Promise<ReadTrace | undefined> {
  return (await readFrom(await deps.hours.view(hour, deadline), traceId, deps)).trace;
}

function coverageOf(view: HourView, { isDamaged }: Read): Coverage {
  const coverage = new CoverageBuilder();
  coverage.addHour(view.hour, view);
  if (isDamaged) coverage.addDamagedLine(view.hour);
  return coverage.build();
}

async function linesOfRecord(traceId: string, { keys }: KeptRecord, deps: GetTraceDeps): Promise<LineJson[]> {
  const lines = [...new Set(keys)].map((key) => linesIfReadable(scopedKey(key, deps), traceId, deps));
  return (await Promise.all(lines)).flat();
}

/** The lines of a trace in an object; none when it is gone, or has no lines. */
async function linesIfReadable(key: string, traceId: string, { texts }: GetTraceDeps): Promise<LineJson[]> {
  try {
    const text = await texts.text(key);
    return text === undefined ? [] : linesWithId(traceId, text);
  } catch (error) {
    ifDamaged(error);
    return [];
  }
}

/** The lines of a trace in an object, without those that are damaged. @throws {UnreadableError} when there are no lines in it */
function linesWithId(traceId: string, text: Uint8Array): LineJson[] {
  const lines: LineJson[] = [];
  for (const { begin, end } of linesIn(text)) {
    const line = text.subarray(begin, end);
    try {
      if (isOfTrace(line, traceId)) lines.push(readWholeLine(line));
    } catch (error) {
      ifDamaged(error);
    }
  }
  return lines;
}

/** Looks at the end of the line alone, where the ID is. */
function isOfTrace(line: Uint8Array, traceId: string): boolean {
  let isWanted = false;
  readTraceLine(line, (head) => {
    isWanted = head.traceId === traceId;
    return false;
  });
  return isWanted;
}

async function readFrom(view: HourView, traceId: string, deps: GetTraceDeps): Promise<Read> {
  const found = findTrace(view, traceId);
  if (found === undefined) return { trace: undefined, isDamaged: false };
  const isInPart = found.lines.some(({ summary }) => summary.part !== undefined);
  const lines = isInPart ? await linesBehind(view.hour, traceId, found, deps) : undefined;
  if (lines !== undefined) return { trace: assembleLines(view.hour, lines, 'lines'), isDamaged: false };
  const read = await Promise.all(found.lines.map((line) => deps.lines.line(line).catch(ifDamaged)));
  const left = read.filter((line) => line !== undefined && line !== DAMAGED);
  const source = isInPart ? 'parts' : 'lines';
  return {
    trace: left.length === 0 ? undefined : assembleLines(view.hour, left, source),
    isDamaged: read.includes(DAMAGED),
  };
}

/** The lines of a trace that was found in a part, which says when they were decided; undefined when they are not all there. */
async function linesBehind(hour: string, traceId: string, { lines }: KeptTrace, deps: GetTraceDeps) {
  const decided = new Set(lines.map(({ summary, line }) => summary.lines.decidedAtMs[line] as number));
  const keys = new Set([...decided].flatMap((ms) => deps.hours.objectsAround(hour, ms)));
  const found: LineJson[] = [];
  for (const key of keys) found.push(...(await linesIfReadable(key, traceId, deps)));
  const seqs = new Set(found.map(({ seq }) => seq ?? 0));
  return lines.every(({ summary, line }) => seqs.has(summary.lines.seq[line] as number)) ? found : undefined;
}
