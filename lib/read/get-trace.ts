import { filedHour, type TenantScope } from '../archive/layout.ts';
import { readTraceLine } from '../archive/read-line.ts';
import type { ArchiveHours } from './archive-hours.ts';
import { findTrace, type HourView } from './hour-view.ts';
import type { KeptTrace } from './kept-trace.ts';
import type { LineReader } from './line-reader.ts';
import type { ObjectTexts } from './object-texts.ts';
import { type LineJson, linesIn, readLine } from './otlp-json.ts';
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
    // Claims were folded, or not all are committed yet, or the record says more than there is.
    const view = await hours.view(hour, deadline);
    const trace = (await readFrom(view, traceId, deps)) ?? (lines[0] && assembleLines(hour, lines, 'lines'));
    return { trace, ...coverageOf(view) };
  }
  for (const held of hours.held()) {
    if (findTrace(held, traceId) === undefined) continue;
    const view = await hours.view(held.hour, deadline);
    const trace = await readFrom(view, traceId, deps);
    if (trace !== undefined) return { ...coverageOf(view), trace };
  }
  const missingHours: string[] = [];
  for (const hour of window === undefined ? [] : await hours.inWindow(window)) {
    if (deadline.isOver()) {
      missingHours.push(hour);
      continue;
    }
    const view = await hours.view(hour, deadline);
    const trace = await readFrom(view, traceId, deps);
    if (trace !== undefined) return { ...coverageOf(view), trace };
    if (!view.isComplete) missingHours.push(hour);
  }
  return { trace: undefined, isComplete: missingHours.length === 0, missingHours };
}

/** A trace that a search has found. `undefined`: it is gone since. */
export async function readFound(
  { traceId, hour }: { readonly traceId: string; readonly hour: string },
  deps: GetTraceDeps,
  deadline: Deadline,
): Promise<ReadTrace | undefined> {
  return readFrom(await deps.hours.view(hour, deadline), traceId, deps);
}

function coverageOf({ hour, isComplete }: HourView): Coverage {
  return { isComplete, missingHours: isComplete ? [] : [hour] };
}

async function linesOfRecord(traceId: string, { keys }: KeptRecord, deps: GetTraceDeps): Promise<LineJson[]> {
  const texts = await Promise.all([...new Set(keys)].map((key) => deps.texts.textOfClaim(key, deps)));
  return texts.flatMap((text) => (text === undefined ? [] : linesWithId(traceId, text)));
}

function linesWithId(traceId: string, text: Uint8Array): LineJson[] {
  const lines: LineJson[] = [];
  for (const { begin, end } of linesIn(text)) {
    const line = text.subarray(begin, end);
    let isWanted = false;
    // Looks at the end of the line alone, where the ID is.
    readTraceLine(line, (head) => {
      isWanted = head.traceId === traceId;
      return false;
    });
    if (isWanted) lines.push(readLine(line));
  }
  return lines;
}

async function readFrom(view: HourView, traceId: string, deps: GetTraceDeps): Promise<ReadTrace | undefined> {
  const found = findTrace(view, traceId);
  if (found === undefined) return undefined;
  const isInPart = found.lines.some(({ summary }) => summary.part !== undefined);
  const lines = isInPart ? await linesBehind(view.hour, traceId, found, deps) : undefined;
  if (lines !== undefined) return assembleLines(view.hour, lines, 'lines');
  const read = await Promise.all(found.lines.map((line) => deps.lines.line(line)));
  const left = read.filter((line) => line !== undefined);
  return left.length === 0 ? undefined : assembleLines(view.hour, left, isInPart ? 'parts' : 'lines');
}

/** The lines of a trace that was found in a part, which says when they were decided; undefined when they are not all there. */
async function linesBehind(hour: string, traceId: string, { lines }: KeptTrace, deps: GetTraceDeps) {
  const decided = new Set(lines.map(({ summary, line }) => summary.lines.decidedAtMs[line] as number));
  const keys = new Set([...decided].flatMap((ms) => deps.hours.objectsAround(hour, ms)));
  const found: LineJson[] = [];
  for (const key of keys) {
    const text = await deps.texts.text(key);
    if (text !== undefined) found.push(...linesWithId(traceId, text));
  }
  const seqs = new Set(found.map(({ seq }) => seq ?? 0));
  return lines.every(({ summary, line }) => seqs.has(summary.lines.seq[line] as number)) ? found : undefined;
}
