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

export function errors(spans: readonly Kept[]): Row[] {
  const failing = spans.filter(({ error }) => error !== undefined);
  return [...group(failing, ({ trace }) => String(trace)).values()].map((all) => {
    const [first = all[0] as Kept] = [...all].sort(byEnd);
    return {
      trace_id: traceIdOf(first.trace),
      span_id: spanIdOf(first.id),
      service: first.service,
      exception_type: first.exception?.type ?? null,
      message: first.error || (first.exception?.message ?? null),
      error_spans: all.length,
    };
  });
}

/** What ended first, and of those what began last; spans without a time come last. */
function byEnd(a: DataSpan, b: DataSpan): number {
  const end = ({ end }: DataSpan) => (end === undefined ? Infinity : ms(end));
  const start = ({ start }: DataSpan) => (start === undefined ? -Infinity : ms(start));
  return end(a) - end(b) || start(b) - start(a) || spanIdOf(a.id).localeCompare(spanIdOf(b.id));
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
    return { interval_start, service, name, requests: sum(all.map(weightOf)), ...measures(all) };
  });
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
