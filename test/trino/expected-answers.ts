// What the named queries must answer about an archive, worked out from the spans that were sent: no SQL, no archive.
import { type DataSpan, MS, NOON_MS, spanIdOf, traceIdOf } from './dataset.ts';
import type { Decision, Kept } from './read-kept.ts';

export type { Decision, Kept };

type Row = Readonly<Record<string, unknown>>;

const ms = (nanos: bigint): number => Number(nanos) / 1e6;
/** Null: the span does not have both times. */
const durationOf = ({ start, end }: DataSpan): number | null =>
  start === undefined || end === undefined ? null : ms(end - start);
const weightOf = (span: Kept): number => span.decision.weight ?? 1;
const orNull = (number: number): number | null => (Number.isNaN(number) ? null : number);
const isRequest = ({ kind }: DataSpan): boolean => kind === 2 || kind === 5;
const attribute = (span: DataSpan, key: string) => span.attributes?.find((one) => one.key === key)?.value;
const textOf = (value: Readonly<Record<string, unknown>> | undefined) =>
  value === undefined ? undefined : String(Object.values(value)[0]);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The smallest value up to which the weights make up the share; NaN when there are no values. */
export function percentile(values: readonly { value: number | null; weight: number }[], share: number): number {
  const sorted = values
    .flatMap(({ value, weight }) => (value === null ? [] : { value, weight }))
    .sort((a, b) => a.value - b.value);
  const total = sum(sorted.map(({ weight }) => weight));
  let seen = 0;
  for (const { value, weight } of sorted) {
    seen += weight;
    if (seen >= share * total) return value;
  }
  return Number.NaN;
}

export function group<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export function slowRequests(spans: readonly Kept[], service: string, minMs: number): Row[] {
  return spans
    .filter((span) => (isRequest(span) || span.parent === undefined) && span.service === service)
    .filter((span) => (durationOf(span) ?? -Infinity) >= minMs)
    .map((span) => ({ trace_id: traceIdOf(span.trace), span_id: spanIdOf(span.id), duration_ms: durationOf(span) }));
}

/** @param service of the failing spans; undefined: any */
export function errors(spans: readonly Kept[], service?: string): Row[] {
  const failing = spans.filter(({ error }) => error !== undefined);
  return [...group(failing, ({ trace }) => String(trace)).values()].flatMap((all) => {
    const trace = spans.filter((span) => span.trace === all[0]?.trace);
    const messageOf = (span: Kept) => span.error || (span.exception?.message ?? null);
    const isSilent = (span: Kept) => messageOf(span) === null && span.exception === undefined;
    const asked = all.filter((span) => service === undefined || span.service === service);
    const sorted = asked.sort(
      (a, b) => depthOf(b, trace) - depthOf(a, trace) || Number(isSilent(a)) - Number(isSilent(b)) || byEnd(a, b),
    );
    const [deepest] = sorted;
    if (deepest === undefined) return [];
    const telling = sorted.find((span) => !isSilent(span)) ?? deepest;
    return [
      {
        trace_id: traceIdOf(deepest.trace),
        span_id: spanIdOf(deepest.id),
        service: deepest.service,
        exception_type: telling.exception?.type ?? null,
        message: messageOf(telling),
        error_spans: all.length,
      },
    ];
  });
}

/** How many parents the span has above it, as far as they are there and up to 99. */
function depthOf(span: DataSpan, trace: readonly DataSpan[]): number {
  let depth = 0;
  for (let parent = span.parent; depth < 99; depth++) {
    const above = trace.filter(({ id }) => id === parent);
    if (parent === undefined || above.length === 0) break;
    parent = above.map((one) => one.parent).find((id) => id !== undefined);
  }
  return depth;
}

/** What ended first, and of those what began last; spans without a time come last. */
function byEnd(a: DataSpan, b: DataSpan): number {
  const end = ({ end }: DataSpan) => (end === undefined ? Infinity : ms(end));
  const start = ({ start }: DataSpan) => (start === undefined ? -Infinity : ms(start));
  return end(a) - end(b) || start(b) - start(a) || spanIdOf(a.id).localeCompare(spanIdOf(b.id));
}

interface SpanQuestion {
  readonly service?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly minMs?: number;
  readonly maxMs?: number;
  readonly fails?: boolean;
  readonly attribute?: readonly [key: string, value: string];
}

export function findSpans(spans: readonly Kept[], asked: SpanQuestion): Row[] {
  const { service, name, kind, minMs = -Infinity, maxMs = Infinity, fails, attribute: wanted } = asked;
  const isTimed = asked.minMs !== undefined || asked.maxMs !== undefined;
  return spans
    .filter((span) => service === undefined || span.service === service)
    .filter((span) => name === undefined || span.name === name)
    .filter((span) => kind === undefined || (span.kind ?? 1) === kind)
    .filter((span) => fails === undefined || (span.error !== undefined) === fails)
    .filter((span) => {
      const duration = durationOf(span);
      return !isTimed || (duration !== null && duration >= minMs && duration <= maxMs);
    })
    .filter((span) => wanted === undefined || textOf(attribute(span, wanted[0])) === wanted[1])
    .map((span) => ({
      trace_id: traceIdOf(span.trace),
      span_id: spanIdOf(span.id),
      name: span.name,
      duration_ms: durationOf(span),
      message: span.error || (span.exception?.message ?? null),
    }));
}

export function byAttribute(spans: readonly Kept[], key: string, value: string): Row[] {
  return spans
    .filter((span) => textOf(attribute(span, key)) === value)
    .map((span) => ({ trace_id: traceIdOf(span.trace), span_id: spanIdOf(span.id), value }));
}

function measures(spans: readonly Kept[]): Row {
  const durations = spans.map((span) => ({ value: durationOf(span), weight: weightOf(span) }));
  return {
    errors: sum(spans.filter(({ error }) => error !== undefined).map(weightOf)),
    p50_ms: orNull(percentile(durations, 0.5)),
    p95_ms: orNull(percentile(durations, 0.95)),
    p99_ms: orNull(percentile(durations, 0.99)),
    kept_spans: spans.length,
    unknown_weight: spans.filter(({ decision }) => decision.weight === null).length,
  };
}

export function dependencies(spans: readonly Kept[]): Row[] {
  const calls = spans.flatMap((callee) => {
    const parents = spans
      .filter(({ trace, id }) => trace === callee.trace && id === callee.parent)
      // A server's span below its own ID is below the client's span that has the same.
      .filter((parent) => callee.id !== callee.parent || !isRequest(parent));
    // Where a client's and a server's span have one ID, what the server calls is below the server's.
    const caller = parents.find(isRequest) ?? parents[0];
    return caller !== undefined && caller.service !== callee.service ? [{ caller, callee }] : [];
  });
  return [...group(calls, ({ caller, callee }) => `${caller.service}/${callee.service}`)].map(([key, edge]) => {
    const [caller, callee] = key.split('/');
    const callees = edge.map((call) => call.callee);
    return { caller, callee, calls: sum(callees.map(weightOf)), ...measures(callees) };
  });
}

export function red(spans: readonly Kept[]): Row[] {
  const keyOf = ({ service, name, start }: Kept) => JSON.stringify([hourOf(start), service, name]);
  return [...group(spans.filter(isRequest), keyOf)].map(([key, all]) => {
    const [interval_start, service, name] = JSON.parse(key);
    return {
      interval_start,
      service,
      name,
      requests: sum(all.map(weightOf)),
      ...measures(all),
      ...standardErrors(all),
    };
  });
}

/**
 * Of a Horvitz-Thompson estimate, where traces are drawn independently and whole: the variance is the sum over the drawn traces
 * of (1 - p) / p² times the square of what the trace has. Of the ratio, that of its residuals.
 */
function standardErrors(spans: readonly Kept[]): Row {
  const traces = [...group(spans, ({ trace }) => String(trace)).values()].map((all) => ({
    p: 1 / (all[0] ? weightOf(all[0]) : 1),
    requests: all.length,
    errors: all.filter(({ error }) => error !== undefined).length,
  }));
  const errorOf = (has: (trace: (typeof traces)[number]) => number) =>
    Math.sqrt(sum(traces.map((trace) => ((1 - trace.p) / trace.p ** 2) * has(trace) ** 2)));
  const requests = sum(traces.map((trace) => trace.requests / trace.p));
  const rate = sum(traces.map((trace) => trace.errors / trace.p)) / requests;
  return {
    requests_se: errorOf((trace) => trace.requests),
    errors_se: errorOf((trace) => trace.errors),
    error_rate: rate,
    error_rate_se: errorOf((trace) => trace.errors - rate * trace.requests) / requests,
  };
}

function hourOf(start: bigint | undefined): string | null {
  if (start === undefined) return null;
  const text = new Date(NOON_MS + Number(start / MS)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 13)}:00:00.000`;
}

/** Of an archive in which only one service asks a database, and always the same. */
export function nPlusOne(spans: readonly Kept[], minRepeats: number): Row[] {
  const queryOf = (span: Kept) => textOf(attribute(span, 'db.query.text') ?? attribute(span, 'db.statement'));
  const queries = spans.filter((span) => queryOf(span) !== undefined);
  const repeated = [...group(queries, ({ trace, parent }) => `${trace}/${parent}`).values()].filter(
    (all) => all.length >= minRepeats,
  );
  const [first] = repeated.flat();
  if (first === undefined) return [];
  return [
    {
      service: first.service,
      db_query: queryOf(first),
      traces: repeated.length,
      most_repeats: Math.max(...repeated.map((all) => all.length)),
      queries: repeated.flat().length,
      total_ms: sum(repeated.flat().map((span) => durationOf(span) ?? 0)),
      example_trace: repeated.map((all) => traceIdOf(all[0]?.trace ?? -1)).sort()[0],
    },
  ];
}

/** Of one attribute value: the shares of failing and of good traces that have it on a span of the service. */
export function shares(spans: readonly Kept[], service: string, key: string, value: string): Row {
  const traces = [...group(spans, ({ trace }) => String(trace)).values()];
  const weight = (some: typeof traces) => sum(some.map((all) => (all[0] ? weightOf(all[0]) : 0)));
  const fails = (all: readonly Kept[]) => all.some(({ error }) => error !== undefined);
  const has = (all: readonly Kept[]) =>
    all.some((span) => span.service === service && textOf(attribute(span, key)) === value);
  const failing = traces.filter(fails);
  const good = traces.filter((all) => !fails(all));
  const shareOf = (some: typeof traces) => (some.length === 0 ? 0 : weight(some.filter(has)) / weight(some));
  const [shareOfFailing, shareOfGood] = [shareOf(failing), shareOf(good)];
  return { share_of_failing: shareOfFailing, share_of_good: shareOfGood, difference: shareOfFailing - shareOfGood };
}

export function policies(spans: readonly Kept[], decisions: readonly Decision[], usd: number): Row[] {
  const all = sum(decisions.map(({ spanCount }) => spanCount));
  return [...group(decisions, ({ policy }) => policy)].map(([policy, kept]) => {
    const keptSpans = sum(kept.map(({ spanCount }) => spanCount));
    const estimated = sum(kept.map(({ spanCount, weight }) => spanCount * (weight ?? 1)));
    return {
      sampling_policy: policy,
      kept_traces: kept.length,
      kept_spans: keptSpans,
      share_of_kept_spans: keptSpans / all,
      estimated_traces: sum(kept.map(({ weight }) => weight ?? 1)),
      estimated_spans: estimated,
      usd_kept: (keptSpans * usd) / 1e6,
      usd_without_sampling: (estimated * usd) / 1e6,
      unknown_weight: kept.filter(({ weight }) => weight === null).length,
      longest_wait_ms: Math.max(...kept.map((decision) => waitOf(decision, spans))),
    };
  });
}

/** From the start of the trace, as far as it was known then, cut to the millisecond. */
function waitOf({ trace, decidedAtMs }: Decision, spans: readonly Kept[]): number {
  const starts = spans.flatMap((span) => (span.trace === trace && !span.isLate ? (span.start ?? []) : []));
  const first = starts.reduce((a, b) => (b < a ? b : a));
  return decidedAtMs - Number((BigInt(NOON_MS) * MS + first) / MS);
}

export function lateSpans(spans: readonly Kept[]): Row[] {
  return spans
    .filter(({ isLate }) => isLate)
    .map(({ trace, id, decision }) => ({
      trace_id: traceIdOf(trace),
      span_id: spanIdOf(id),
      late_by_ms: (decision.lateAtMs ?? 0) - decision.decidedAtMs,
      sampling_policy: decision.policy,
    }));
}

export function linkedTraces(spans: readonly Kept[], wanted: number): Row[] {
  const kept = new Set(spans.map(({ trace }) => trace));
  const links = spans.flatMap((span) => (span.links ?? []).map((to) => ({ span, to })));
  const row = (direction: string, trace: number, span: Kept) => ({
    direction,
    trace_id: traceIdOf(trace),
    linking_span_id: spanIdOf(span.id),
    is_kept: kept.has(trace),
  });
  return [
    ...links.filter(({ span }) => span.trace === wanted).map(({ span, to }) => row('to', to, span)),
    ...links.filter(({ to }) => to === wanted).map(({ span }) => row('from', span.trace, span)),
  ];
}
