import type { ArchiveHour } from '../archive/hours.ts';
import type { ArchiveHours } from './archive-hours.ts';
import { CompiledCondition, NO, PERHAPS, type RowTest, YES } from './bound-condition.ts';
import { type Test, testOf } from './comparison.ts';
import { needsAttributes } from './condition.ts';
import { tracesIn } from './hour-view.ts';
import { viewsOf } from './hours-ahead.ts';
import { forEachRow, type KeptTrace, type LineOfTrace, matchedSpan, summaryOf } from './kept-trace.ts';
import { needlesOf } from './line-details.ts';
import type { LineReader } from './line-reader.ts';
import type { Deadline } from './ports.ts';
import type { FoundTrace, FoundTraces, MatchedSpan, ReadWindow, TraceQuery } from './results.ts';
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
  const { window, condition, matchedCount, order = 'newest', limit = DEFAULT_LIMIT } = query;
  const readsLines = condition !== undefined && needsAttributes(condition);
  const search = new Search(query, deps.lines);
  const wanted = await deps.hours.inWindow(window);
  const options = { needsAttributes: readsLines, mayStop: order === 'newest' };
  const views = viewsOf(wanted, deps.hours, deadline, options);
  // What summaries answer alone takes no time.
  const isTooLate = () => readsLines && deadline.isOver();
  const asked = { window, limit, search, views, isTooLate, mayNotMatch: readsLines || matchedCount !== undefined };
  const { traces, missing } = await (order === 'newest' ? newest(asked) : slowest(asked));
  return { traces, isComplete: missing.size === 0, missingHours: [...missing] };
}

interface Asked {
  readonly window: ReadWindow;
  readonly limit: number;
  readonly search: Search;
  readonly views: ReturnType<typeof viewsOf>;
  readonly isTooLate: () => boolean;
  /** Whether a candidate may turn out not to match. */
  readonly mayNotMatch: boolean;
}

interface Found {
  readonly traces: readonly FoundTrace[];
  readonly missing: ReadonlySet<ArchiveHour>;
}

async function newest({ window, limit, search, views, isTooLate }: Asked): Promise<Found> {
  const traces: FoundTrace[] = [];
  const missing = new Set<ArchiveHour>();
  for await (const { hour, view } of views) {
    if (view?.isComplete !== true) missing.add(hour);
    for (const trace of view === undefined ? [] : tracesIn(view, window)) {
      if (!search.isCandidate(trace)) continue;
      if (isTooLate()) {
        missing.add(hour);
        break;
      }
      const found = await search.match(trace);
      if (found !== undefined && traces.push(found) === limit) return { traces, missing };
    }
  }
  return { traces, missing };
}

/** Candidates that are put in order together. */
const SORTED_AT_ONCE = 1000;

async function slowest({ window, limit, search, views, isTooLate, mayNotMatch }: Asked): Promise<Found> {
  const missing = new Set<ArchiveHour>();
  const candidates: KeptTrace[] = [];
  for await (const { hour, view } of views) {
    if (view?.isComplete !== true) missing.add(hour);
    for (const trace of view === undefined ? [] : tracesIn(view, window)) {
      if (!search.isCandidate(trace)) continue;
      candidates.push(trace);
      // Where each candidate matches, no other than these can be among the slowest.
      if (!mayNotMatch && candidates.length > limit + SORTED_AT_ONCE) candidates.sort(bySlowest).length = limit;
    }
  }
  const traces: FoundTrace[] = [];
  for (const trace of candidates.sort(bySlowest)) {
    if (isTooLate()) {
      missing.add(trace.hour);
      break;
    }
    const found = await search.match(trace);
    if (found !== undefined && traces.push(found) === limit) break;
  }
  return { traces, missing };
}

function bySlowest(a: KeptTrace, b: KeptTrace): number {
  return (b.durationMs ?? -1) - (a.durationMs ?? -1);
}

class Search {
  readonly #compiled: CompiledCondition | undefined;
  readonly #needles: readonly string[];
  readonly #spansPerTrace: number;
  readonly #isCount: Test;
  readonly #lines: LineReader;
  readonly #tests = new Map<ObjectSummary, RowTest | undefined>();
  #last: { readonly summary: ObjectSummary; readonly test: RowTest | undefined } | undefined;

  constructor({ condition, matchedCount, spansPerTrace = DEFAULT_SPANS }: TraceQuery, lines: LineReader) {
    this.#compiled = condition && new CompiledCondition(condition);
    this.#needles = condition === undefined ? [] : needlesOf(condition);
    this.#spansPerTrace = spansPerTrace;
    this.#isCount = testOf({ field: { of: 'trace', name: 'spanCount' }, operator: '>', value: 0, ...matchedCount });
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
    return matchedCount === 0 || !this.#isCount(matchedCount)
      ? undefined
      : { ...summaryOf(trace), matchedCount, matched };
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
    // Traces that follow one another are mostly in one object.
    if (summary === this.#last?.summary) return this.#last.test;
    if (!this.#tests.has(summary)) this.#tests.set(summary, this.#compiled?.bind(summary));
    const test = this.#tests.get(summary);
    this.#last = { summary, test };
    return test;
  }
}
