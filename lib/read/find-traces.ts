import { isInWindow } from '../archive/window.ts';
import type { ArchiveHours } from './archive-hours.ts';
import { CompiledCondition, NO, PERHAPS, type RowTest, YES } from './bound-condition.ts';
import type { Condition } from './condition.ts';
import { forEachRow, type KeptTrace, type LineOfTrace, matchedSpan, summaryOf } from './kept-trace.ts';
import { needlesOf } from './line-details.ts';
import type { LineReader } from './line-reader.ts';
import type { Deadline } from './ports.ts';
import type { FoundTrace, FoundTraces, MatchedSpan, TraceQuery } from './results.ts';
import type { ObjectSummary } from './summary/object-summary.ts';

export interface FindTracesDeps {
  readonly hours: ArchiveHours;
  readonly lines: LineReader;
}

const DEFAULT_LIMIT = 20;
const DEFAULT_SPANS = 3;

/**
 * The traces of a window of which a span fulfils the condition.
 *
 * Hours are read the latest first. For the newest traces the search ends with the hour that fills the limit, because the traces
 * of an hour are all newer than those of the hour before; for the slowest it has to see all of them.
 *
 * @throws {InvalidQueryError}
 */
export async function findTraces(query: TraceQuery, deps: FindTracesDeps, deadline: Deadline): Promise<FoundTraces> {
  const { window, condition, order = 'newest', limit = DEFAULT_LIMIT } = query;
  const search = new Search(condition, query.spansPerTrace ?? DEFAULT_SPANS, deps.lines);
  const missingHours: string[] = [];
  const candidates: KeptTrace[] = [];
  const traces: FoundTrace[] = [];
  const isFull = () => traces.length >= limit;
  let isCut = false;
  for (const hour of await deps.hours.inWindow(window)) {
    if (isFull()) break;
    if (isCut || deadline.isOver()) {
      missingHours.push(hour);
      continue;
    }
    const view = await deps.hours.view(hour, deadline);
    if (!view.isComplete) missingHours.push(hour);
    for (const trace of view.newestFirst) {
      if (!isInWindow(window, hour, trace.startMs) || !search.isCandidate(trace)) continue;
      if (order === 'slowest') {
        candidates.push(trace);
        continue;
      }
      if (isFull()) break;
      // What a summary answers alone takes no time.
      if (deadline.isOver()) isCut = true;
      if (isCut) {
        missingHours.push(hour);
        break;
      }
      const found = await search.match(trace);
      if (found !== undefined) traces.push(found);
    }
  }
  if (order === 'slowest') {
    candidates.sort((a, b) => (b.durationMs ?? -1) - (a.durationMs ?? -1));
    for (const trace of candidates) {
      if (isFull()) break;
      if (deadline.isOver()) {
        missingHours.push(trace.hour);
        break;
      }
      const found = await search.match(trace);
      if (found !== undefined) traces.push(found);
    }
  }
  return { traces, isComplete: missingHours.length === 0, missingHours: [...new Set(missingHours)] };
}

class Search {
  readonly #compiled: CompiledCondition | undefined;
  readonly #needles: readonly string[];
  readonly #spansPerTrace: number;
  readonly #lines: LineReader;
  readonly #tests = new Map<ObjectSummary, RowTest | undefined>();

  constructor(condition: Condition | undefined, spansPerTrace: number, lines: LineReader) {
    this.#compiled = condition && new CompiledCondition(condition);
    this.#needles = condition === undefined ? [] : needlesOf(condition);
    this.#spansPerTrace = spansPerTrace;
    this.#lines = lines;
  }

  /** Whether the summary does not rule the trace out. */
  isCandidate(trace: KeptTrace): boolean {
    if (this.#compiled === undefined) return true;
    for (const { summary, line, superseded } of trace.lines) {
      const test = this.#testOf(summary);
      if (test === undefined) continue;
      const { firstRow } = summary.lines;
      const end = firstRow[line + 1] as number;
      for (let row = firstRow[line] as number; row < end; row++) {
        if (test(row, trace) !== NO && superseded?.has(row) !== true) return true;
      }
    }
    return false;
  }

  /** @param trace a candidate */
  async match(trace: KeptTrace): Promise<FoundTrace | undefined> {
    const matched: MatchedSpan[] = [];
    let matchedCount = 0;
    const add = (row: number, line: LineOfTrace) => {
      matchedCount += 1;
      if (matched.length < this.#spansPerTrace) matched.push(matchedSpan(row, line));
    };
    if (this.#compiled === undefined) forEachRow(trace, add);
    else for (const line of trace.lines) await this.#matchLine(trace, line, add);
    return matchedCount === 0 ? undefined : { ...summaryOf(trace), matchedCount, matched };
  }

  async #matchLine(trace: KeptTrace, line: LineOfTrace, add: (row: number, line: LineOfTrace) => void): Promise<void> {
    const test = this.#testOf(line.summary);
    if (test === undefined) return;
    const rows: number[] = [];
    let isOpen = false;
    forEachRow({ ...trace, lines: [line] }, (row) => {
      const verdict = test(row, trace);
      if (verdict !== NO) rows.push(row);
      isOpen ||= verdict === PERHAPS;
    });
    if (!isOpen) {
      for (const row of rows) add(row, line);
      return;
    }
    const details = await this.#lines.details(line, this.#needles);
    if (details === undefined) return;
    const first = line.summary.lines.firstRow[line.line] as number;
    for (const row of rows) if (test(row, trace, details[row - first]) === YES) add(row, line);
  }

  #testOf(summary: ObjectSummary): RowTest | undefined {
    if (!this.#tests.has(summary)) this.#tests.set(summary, this.#compiled?.bind(summary));
    return this.#tests.get(summary);
  }
}
