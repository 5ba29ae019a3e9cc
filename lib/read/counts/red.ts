import { compareText } from '../../otlp/trace/summary.ts';
import type { ArchiveHours } from '../archive-hours.ts';
import { InvalidQueryError } from '../condition.ts';
import { forEachRow, textOf, weightOf } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, RedPoint, RedQuery } from '../results.ts';
import { isRequest, kindOf, STATUS_ERROR, statusOf } from '../summary/object-summary.ts';
import { forEachTrace, upsert } from './walk.ts';

interface Counts {
  readonly startMs: number;
  readonly service: string;
  readonly operation: string | null;
  keptRequests: number;
  keptErrors: number;
  estimatedRequests: number;
  estimatedErrors: number;
  unknownWeight: number;
  readonly durations: number[];
  readonly weights: number[];
}

/** More points than a graph shows. */
const MAX_INTERVALS = 10_000;

/** Rate, errors and durations of requests by the start of their span, in intervals that begin at multiples of their length. */
export async function red(
  query: RedQuery,
  hours: ArchiveHours,
  deadline: Deadline,
  nowMs: number,
): Promise<Coverage & { readonly points: readonly RedPoint[] }> {
  const { window, stepMs, service, operation, by = 'service' } = query;
  const intervals = ((window.toMs ?? nowMs) - window.fromMs) / stepMs;
  if (!(stepMs >= 1000) || intervals > MAX_INTERVALS) {
    throw new InvalidQueryError(
      `step must be 1 s or more, and a window have at most ${MAX_INTERVALS} of them; got ${stepMs} ms in ${window.toMs === undefined ? 'an open window' : `${window.toMs - window.fromMs} ms`}`,
    );
  }
  const bySeries = new Map<string, Map<number, Counts>>();
  const coverage = await forEachTrace(window, hours, deadline, (trace) => {
    const weight = weightOf(trace);
    forEachRow(trace, (row, { summary, line }) => {
      const { spans } = summary;
      const flags = spans.flags[row] as number;
      const start = spans.start[row] as number;
      if (!isRequest(kindOf(flags)) || Number.isNaN(start)) return;
      const serviceName = textOf(summary, spans.service[row] as number);
      if (serviceName === null || (service !== undefined && serviceName !== service)) return;
      const name = textOf(summary, spans.name[row] as number) ?? '';
      if (operation !== undefined && name !== operation) return;
      const ms = (summary.lines.baseSeconds[line] as number) * 1000 + start / 1e6;
      const startMs = Math.floor(ms / stepMs) * stepMs;
      const ofOperation = by === 'operation' ? name : null;
      const series = upsert(
        bySeries,
        ofOperation === null ? serviceName : JSON.stringify([serviceName, ofOperation]),
        () => new Map<number, Counts>(),
      );
      const counts = upsert(series, startMs, () => noRequests(startMs, serviceName, ofOperation));
      count(counts, weight, statusOf(flags) === STATUS_ERROR, ((spans.end[row] as number) - start) / 1e6);
    });
  });
  const all = [...bySeries.values()].flatMap((series) => [...series.values()]);
  all.sort(
    (a, b) =>
      a.startMs - b.startMs || compareText(a.service, b.service) || compareText(a.operation ?? '', b.operation ?? ''),
  );
  return { ...coverage, points: all.map(pointOf) };
}

function noRequests(startMs: number, service: string, operation: string | null): Counts {
  const none = { keptRequests: 0, keptErrors: 0, estimatedRequests: 0, estimatedErrors: 0, unknownWeight: 0 };
  return { startMs, service, operation, ...none, durations: [], weights: [] };
}

function count(counts: Counts, weight: number | null, isError: boolean, durationMs: number): void {
  counts.keptRequests += 1;
  counts.estimatedRequests += weight ?? 1;
  if (weight === null) counts.unknownWeight += 1;
  if (isError) {
    counts.keptErrors += 1;
    counts.estimatedErrors += weight ?? 1;
  }
  if (Number.isNaN(durationMs)) return;
  counts.durations.push(durationMs);
  counts.weights.push(weight ?? 1);
}

function pointOf({ durations, weights, ...counts }: Counts): RedPoint {
  const [p50Ms, p95Ms, p99Ms] = weightedQuantiles(durations, weights, [0.5, 0.95, 0.99]);
  return { ...counts, p50Ms: p50Ms ?? null, p95Ms: p95Ms ?? null, p99Ms: p99Ms ?? null };
}

/**
 * The smallest values at which the weights up to them are the share of all weights: a value with weight 3 counts like three values.
 * @param shares ascending
 */
export function weightedQuantiles(
  values: readonly number[],
  weights: readonly number[],
  shares: readonly number[],
): readonly (number | undefined)[] {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let at = -1;
  let sum = 0;
  return shares.map((share) => {
    while (at + 1 < order.length && (at < 0 || sum < share * total)) sum += weights[order[++at] as number] as number;
    return at < 0 ? undefined : values[order[at] as number];
  });
}
