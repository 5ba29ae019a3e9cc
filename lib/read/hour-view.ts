import { MS_PER_HOUR, startOf } from '../archive/hours.ts';
import { identityOf } from '../archive/unfinished.ts';
import { isInWindow, type TimeWindow } from '../archive/window.ts';
import { type KeptTrace, keptTrace, type LineOfTrace } from './kept-trace.ts';
import type { Damaged } from './results.ts';
import { hexOf, KINDS, kindOf, type ObjectSummary, wordOfHex } from './summary/object-summary.ts';
import { timeOf } from './summary/summarize-lines.ts';

/**
 * The traces of an hour, as the summaries of its objects have them. All lines of a trace are in one hour, so that here they
 * come together.
 */
export interface HourView {
  readonly hour: string;
  readonly summaries: readonly ObjectSummary[];
  /** The latest start first. Traces that began outside of the hour (`archive/window.ts`) are at its beginning. */
  readonly newestFirst: readonly KeptTrace[];
  /** Whether all objects of the hour are in it, with all their lines. */
  readonly isComplete: boolean;
  readonly damaged: Damaged;
}

/** What an hour lacks. */
export interface HourGaps {
  /** Whether there was time and room for all objects. */
  readonly isRead: boolean;
  readonly damagedObjects: number;
}

export function hourView(
  hour: string,
  summaries: readonly ObjectSummary[],
  { isRead, damagedObjects }: HourGaps,
): HourView {
  const damagedLines = summaries.reduce((sum, { damage }) => sum + (damage?.lines ?? 0), 0);
  const hourMs = startOf(hour);
  const orderOf = ({ startMs = 0 }: KeptTrace) =>
    startMs >= hourMs && startMs < hourMs + MS_PER_HOUR ? startMs : hourMs;
  const traces = groupLines(summaries).map((lines) => keptTrace(hour, inOrder(lines)));
  const order = new Float64Array(traces.map(orderOf));
  const places = Array.from(traces.keys()).sort((a, b) => (order[b] as number) - (order[a] as number) || a - b);
  return {
    hour,
    summaries,
    newestFirst: places.map((place) => traces[place] as KeptTrace),
    isComplete: isRead && damagedObjects === 0 && damagedLines === 0,
    damaged: { lines: damagedLines, objects: damagedObjects },
  };
}

/** The traces of the hour that are in a window. */
export function tracesIn({ hour, newestFirst }: HourView, window: TimeWindow): readonly KeptTrace[] {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = window;
  const beginMs = startOf(hour);
  if (fromMs <= beginMs && toMs >= beginMs + MS_PER_HOUR) return newestFirst;
  return newestFirst.filter(({ startMs }) => isInWindow(window, hour, startMs));
}

/** The trace with this ID; undefined when it is not in the hour. */
export function findTrace({ newestFirst }: HourView, traceId: string): KeptTrace | undefined {
  const words = [0, 8, 16, 24].map((at) => wordOfHex(traceId, at));
  return newestFirst.find(({ lines: [first] }) => {
    const { traceId: ids } = first?.summary.lines ?? {};
    const at = (first?.line ?? 0) * 4;
    return ids !== undefined && words.every((word, i) => ids[at + i] === word);
  });
}

/** The lines of each trace. A table by the first word of the ID: nearly always that tells traces apart. */
function groupLines(summaries: readonly ObjectSummary[]): LineOfTrace[][] {
  const traces: LineOfTrace[][] = [];
  const byWord = new Map<number, LineOfTrace[][]>();
  for (const summary of summaries) {
    const { count, traceId } = summary.lines;
    for (let line = 0; line < count; line++) {
      const word = traceId[line * 4] as number;
      const alike = byWord.get(word);
      const same = alike?.find(([other]) => other !== undefined && hasSameId(other, summary, line));
      if (same !== undefined) {
        same.push({ summary, line });
        continue;
      }
      const trace = [{ summary, line }];
      traces.push(trace);
      if (alike === undefined) byWord.set(word, [trace]);
      else alike.push(trace);
    }
  }
  return traces;
}

function hasSameId(a: LineOfTrace, summary: ObjectSummary, line: number): boolean {
  for (let word = 0; word < 4; word++) {
    if (a.summary.lines.traceId[a.line * 4 + word] !== summary.lines.traceId[line * 4 + word]) return false;
  }
  return true;
}

/** By `seq`, and without the unfinished copies of finished spans. */
function inOrder(lines: readonly LineOfTrace[]): readonly LineOfTrace[] {
  if (lines.length === 1) return lines;
  const seqOf = ({ summary, line }: LineOfTrace) => summary.lines.seq[line] as number;
  const sorted = lines.toSorted((a, b) => seqOf(a) - seqOf(b));
  const finished = new Set<string>();
  const unfinished: { readonly at: number; readonly row: number; readonly identity: string }[] = [];
  sorted.forEach(({ summary, line }, at) => {
    const { firstRow } = summary.lines;
    for (let row = firstRow[line] as number; row < (firstRow[line + 1] as number); row++) {
      const identity = identify(summary, line, row);
      if (Number.isNaN(summary.spans.end[row])) unfinished.push({ at, row, identity });
      else finished.add(identity);
    }
  });
  const superseded = unfinished.filter(({ identity }) => finished.has(identity));
  if (superseded.length === 0) return sorted;
  return sorted.map((one, at) => ({
    ...one,
    superseded: new Set(superseded.filter((copy) => copy.at === at).map(({ row }) => row)),
  }));
}

function identify({ spans, lines, texts }: ObjectSummary, line: number, row: number): string {
  const start = spans.start[row] as number;
  return identityOf({
    traceId: '',
    spanId: hexOf(spans.spanId, row * 2, 2),
    kind: KINDS[kindOf(spans.flags[row] as number)],
    name: texts[spans.name[row] as number],
    startNanos: Number.isNaN(start) ? '0' : String(timeOf(start, lines.baseSeconds[line] as number)),
  });
}
