import { compareText } from '../otlp/trace/summary.ts';
import type { MatchedSpan, ServiceCount, TraceSummary } from './results.ts';
import {
  earlier,
  hexOf,
  KINDS,
  kindOf,
  later,
  NO_TEXT,
  type ObjectSummary,
  ORPHAN,
  STATUS_ERROR,
  statusOf,
} from './summary/object-summary.ts';
import { timeOf } from './summary/summarize-lines.ts';

/** A line of a trace, in the summary of its object. */
export interface LineOfTrace {
  readonly summary: ObjectSummary;
  readonly line: number;
  /** Rows that do not count: unfinished copies of spans that another line has finished. */
  readonly superseded?: ReadonlySet<number>;
}

/** A trace as the summaries have it: all its lines, which are in one hour, by `seq`. */
export interface KeptTrace {
  readonly hour: string;
  readonly lines: readonly LineOfTrace[];
  /** In milliseconds since the epoch; undefined: no span has a start. */
  readonly startMs: number | undefined;
  /** Never negative; undefined: no span has a start, or none an end. */
  readonly durationMs: number | undefined;
  readonly spanCount: number;
  readonly errorCount: number;
}

/** @param lines at least one */
export function keptTrace(hour: string, lines: readonly LineOfTrace[]): KeptTrace {
  let [spanCount, errorCount] = [0, 0];
  const base = baseOf(lines);
  let [first, last] = [Number.NaN, Number.NaN];
  for (const { summary, line, superseded } of lines) {
    const { firstRow, start, finish, errors, baseSeconds } = summary.lines;
    const shift = ((baseSeconds[line] as number) - base) * 1e9;
    first = earlier(first, (start[line] as number) + shift);
    last = later(last, (finish[line] as number) + shift);
    spanCount += (firstRow[line + 1] as number) - (firstRow[line] as number) - (superseded?.size ?? 0);
    errorCount += (errors[line] as number) - failedOf(superseded, summary);
  }
  return {
    hour,
    lines,
    startMs: Number.isNaN(first) ? undefined : base * 1000 + Math.floor(first / 1e6),
    durationMs: Number.isNaN(first) || Number.isNaN(last) ? undefined : Math.max(0, (last - first) / 1e6),
    spanCount,
    errorCount,
  };
}

function failedOf(rows: ReadonlySet<number> | undefined, { spans }: ObjectSummary): number {
  let failed = 0;
  for (const row of rows ?? []) if (statusOf(spans.flags[row] as number) === STATUS_ERROR) failed++;
  return failed;
}

function baseOf(lines: readonly LineOfTrace[]): number {
  const [first] = lines;
  return first === undefined ? 0 : (first.summary.lines.baseSeconds[first.line] as number);
}

function traceIdOf({ lines }: KeptTrace): string {
  const [first] = lines;
  return first === undefined ? '' : hexOf(first.summary.lines.traceId, first.line * 4, 4);
}

export function textOf({ texts }: ObjectSummary, number: number): string | null {
  return number === NO_TEXT ? null : (texts[number] ?? null);
}

/** What the first line says: it was written with the decision. */
export function policyOf({ lines }: KeptTrace): string | null {
  const [first] = lines;
  return first === undefined ? null : textOf(first.summary, first.summary.lines.policy[first.line] as number);
}

/** null: unknown. */
export function weightOf({ lines }: KeptTrace): number | null {
  const [first] = lines;
  return first === undefined ? null : numberOrNull(first.summary.lines.weight[first.line]);
}

/** What the last line says: it has seen all of the trace. */
export function rootOf({ lines }: KeptTrace): { readonly service: string | null; readonly name: string | null } {
  const last = lines.at(-1);
  if (last === undefined) return { service: null, name: null };
  const { rootService, rootName } = last.summary.lines;
  return {
    service: textOf(last.summary, rootService[last.line] as number),
    name: textOf(last.summary, rootName[last.line] as number),
  };
}

/** Calls back for each span that counts. */
export function forEachRow({ lines }: KeptTrace, visit: (row: number, line: LineOfTrace) => void): void {
  for (const line of lines) {
    const { firstRow } = line.summary.lines;
    const end = firstRow[line.line + 1] as number;
    for (let row = firstRow[line.line] as number; row < end; row++) {
      if (line.superseded?.has(row) !== true) visit(row, line);
    }
  }
}

/** Spans by service, sorted by name; those without a service are left out. */
function servicesOf(trace: KeptTrace): ServiceCount[] {
  const counts = new Map<string, { name: string; spanCount: number; errorCount: number }>();
  forEachRow(trace, (row, { summary }) => {
    const name = textOf(summary, summary.spans.service[row] as number);
    if (name === null) return;
    const count = counts.get(name) ?? { name, spanCount: 0, errorCount: 0 };
    counts.set(name, count);
    count.spanCount += 1;
    if (statusOf(summary.spans.flags[row] as number) === STATUS_ERROR) count.errorCount += 1;
  });
  return [...counts.values()].sort((a, b) => compareText(a.name, b.name));
}

/** Spans with a parent that is on none of the lines. */
function orphansOf(trace: KeptTrace): number {
  let ids: Set<string> | undefined;
  let orphans = 0;
  forEachRow(trace, (row, { summary }) => {
    if (summary.spans.parent[row] !== ORPHAN) return;
    if (trace.lines.length > 1) {
      ids ??= spanIdsOf(trace);
      if (ids.has(hexOf(summary.spans.parentId, row * 2, 2))) return;
    }
    orphans += 1;
  });
  return orphans;
}

function spanIdsOf(trace: KeptTrace): Set<string> {
  const ids = new Set<string>();
  forEachRow(trace, (row, { summary }) => ids.add(hexOf(summary.spans.spanId, row * 2, 2)));
  return ids;
}

export function summaryOf(trace: KeptTrace): TraceSummary {
  const root = rootOf(trace);
  const { first, last } = bounds(trace);
  const [firstLine] = trace.lines;
  return {
    traceId: traceIdOf(trace),
    rootService: root.service,
    rootName: root.name,
    startTimeUnixNano: first,
    endTimeUnixNano: last,
    durationMs: trace.durationMs ?? null,
    spanCount: trace.spanCount,
    errorCount: trace.errorCount,
    orphanCount: orphansOf(trace),
    status: trace.errorCount > 0 ? 'ERROR' : 'OK',
    services: servicesOf(trace),
    policy: policyOf(trace),
    weight: weightOf(trace),
    decidedAtMs: firstLine === undefined ? null : numberOrNull(firstLine.summary.lines.decidedAtMs[firstLine.line]),
    hour: trace.hour,
  };
}

/** The earliest start and the latest end; 0: there is none. */
function bounds({ lines }: KeptTrace): { readonly first: bigint; readonly last: bigint } {
  let [first, last] = [0n, 0n];
  for (const { summary, line } of lines) {
    const { start, finish, baseSeconds } = summary.lines;
    const base = baseSeconds[line] as number;
    const [began, ended] = [start[line] as number, finish[line] as number];
    if (!Number.isNaN(began)) first = first === 0n || timeOf(began, base) < first ? timeOf(began, base) : first;
    if (!Number.isNaN(ended)) last = timeOf(ended, base) > last ? timeOf(ended, base) : last;
  }
  return { first, last };
}

export function matchedSpan(row: number, { summary, line }: LineOfTrace): MatchedSpan {
  const { spans, lines } = summary;
  const [start, end] = [spans.start[row] as number, spans.end[row] as number];
  return {
    spanId: hexOf(spans.spanId, row * 2, 2),
    service: textOf(summary, spans.service[row] as number),
    name: textOf(summary, spans.name[row] as number) ?? '',
    kind: KINDS[kindOf(spans.flags[row] as number)] ?? 'UNSPECIFIED',
    startTimeUnixNano: Number.isNaN(start) ? 0n : timeOf(start, lines.baseSeconds[line] as number),
    durationNanos: numberOrNull(Math.max(0, end - start)),
  };
}

/** null: unknown. */
export function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
