// What the named queries must answer about the shop, worked out from the spans that were sent: no SQL, no archive.
import { type DataSpan, NOON_MS, spanIdOf, traceIdOf } from './dataset.ts';

/** What the pipeline decided, as its archive says. */
export interface Decision {
  readonly trace: number;
  readonly policy: string;
  readonly weight: number | null;
  readonly decidedAtMs: number;
  readonly spanCount: number;
  readonly lateAtMs: number | undefined;
}

export interface Kept extends DataSpan {
  readonly decision: Decision;
  readonly isLate: boolean;
}

type Row = Readonly<Record<string, unknown>>;

const ms = (nanos: bigint): number => Number(nanos) / 1e6;
const durationOf = (span: DataSpan): number => ms((span.end ?? 0n) - (span.start ?? 0n));
const weightOf = (span: Kept): number => span.decision.weight ?? 1;
const isRequest = ({ kind }: DataSpan): boolean => kind === 2 || kind === 5;
const attribute = (span: DataSpan, key: string) => span.attributes?.find((one) => one.key === key)?.value;
const textOf = (value: Readonly<Record<string, unknown>> | undefined) =>
  value === undefined ? undefined : String(Object.values(value)[0]);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The smallest value up to which the weights make up the share. */
export function percentile(values: readonly { value: number; weight: number }[], share: number): number {
  const sorted = [...values].sort((a, b) => a.value - b.value);
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
    .filter((span) => durationOf(span) >= minMs)
    .map((span) => ({ trace_id: traceIdOf(span.trace), span_id: spanIdOf(span.id), duration_ms: durationOf(span) }));
}

export function errors(spans: readonly Kept[]): Row[] {
  const failing = spans.filter(({ error }) => error !== undefined);
  return [...group(failing, ({ trace }) => String(trace)).values()].map((all) => {
    const first = all.reduce((a, b) => ((b.end ?? 0n) < (a.end ?? 0n) ? b : a));
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

export function byAttribute(spans: readonly Kept[], key: string, value: string): Row[] {
  return spans
    .filter((span) => textOf(attribute(span, key)) === value)
    .map((span) => ({ trace_id: traceIdOf(span.trace), span_id: spanIdOf(span.id), value }));
}

function measures(spans: readonly Kept[]): Row {
  const durations = spans.map((span) => ({ value: durationOf(span), weight: weightOf(span) }));
  return {
    errors: sum(spans.filter(({ error }) => error !== undefined).map(weightOf)),
    p50_ms: percentile(durations, 0.5),
    p95_ms: percentile(durations, 0.95),
    p99_ms: percentile(durations, 0.99),
    kept_spans: spans.length,
    unknown_weight: spans.filter(({ decision }) => decision.weight === null).length,
  };
}

export function dependencies(spans: readonly Kept[]): Row[] {
  const byId = new Map(spans.map((span) => [`${span.trace}/${span.id}`, span]));
  const calls = spans.flatMap((callee) => {
    const caller = byId.get(`${callee.trace}/${callee.parent}`);
    return caller !== undefined && caller.service !== callee.service ? [{ caller, callee }] : [];
  });
  return [...group(calls, ({ caller, callee }) => `${caller.service}/${callee.service}`)].map(([key, edge]) => {
    const [caller, callee] = key.split('/');
    const callees = edge.map((call) => call.callee);
    return { caller, callee, calls: sum(callees.map(weightOf)), ...measures(callees) };
  });
}

export function red(spans: readonly Kept[]): Row[] {
  return [...group(spans.filter(isRequest), ({ service, name }) => `${service}|${name}`)].map(([key, all]) => {
    const [service, name] = key.split('|');
    return { service, name, requests: sum(all.map(weightOf)), ...measures(all) };
  });
}

export function nPlusOne(spans: readonly Kept[], minRepeats: number): Row[] {
  const queries = spans.filter((span) => attribute(span, 'db.query.text') !== undefined);
  const repeated = [...group(queries, ({ trace, parent }) => `${trace}/${parent}`).values()].filter(
    (all) => all.length >= minRepeats,
  );
  if (repeated.length === 0) return [];
  return [
    {
      service: 'cart',
      traces: repeated.length,
      most_repeats: Math.max(...repeated.map((all) => all.length)),
      queries: repeated.flat().length,
      total_ms: sum(repeated.flat().map(durationOf)),
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
  const shareOfFailing = weight(failing.filter(has)) / weight(failing);
  const shareOfGood = weight(good.filter(has)) / weight(good);
  return { share_of_failing: shareOfFailing, share_of_good: shareOfGood, difference: shareOfFailing - shareOfGood };
}

export function policies(decisions: readonly Decision[], usd: number): Row[] {
  const all = sum(decisions.map(({ spanCount }) => spanCount));
  return [...group(decisions, ({ policy }) => policy)].map(([policy, kept]) => {
    const spans = sum(kept.map(({ spanCount }) => spanCount));
    const estimated = sum(kept.map(({ spanCount, weight }) => spanCount * (weight ?? 1)));
    return {
      sampling_policy: policy,
      kept_traces: kept.length,
      kept_spans: spans,
      share_of_kept_spans: spans / all,
      estimated_traces: sum(kept.map(({ weight }) => weight ?? 1)),
      estimated_spans: estimated,
      usd_kept: (spans * usd) / 1e6,
      usd_without_sampling: (estimated * usd) / 1e6,
      unknown_weight: kept.filter(({ weight }) => weight === null).length,
      longest_wait_ms: Math.max(...kept.map(({ trace, decidedAtMs }) => decidedAtMs - (NOON_MS + trace * 37))),
    };
  });
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

/** One trace: depth and self time of each span, in the order of a walk over the tree. */
export function waterfall(spans: readonly Kept[]): Row[] {
  const begin = spans.reduce((first, { start = 0n }) => (start < first ? start : first), spans[0]?.start ?? 0n);
  const childrenOf = (id: number | undefined) =>
    spans
      .filter(({ parent }) => parent === id)
      .sort((a, b) => Number((a.start ?? 0n) - (b.start ?? 0n)) || spanIdOf(a.id).localeCompare(spanIdOf(b.id)));
  const walk = (span: Kept, depth: number): Row[] => {
    const children = childrenOf(span.id);
    const row = {
      depth,
      offset_ms: ms((span.start ?? 0n) - begin),
      duration_ms: durationOf(span),
      self_ms: selfMs(span, children),
      span_id: spanIdOf(span.id),
    };
    return [row, ...children.flatMap((child) => walk(child, depth + 1))];
  };
  return childrenOf(undefined).flatMap((root) => walk(root, 0));
}

/** By looking at each microsecond: the times of the shop are whole ones. */
function selfMs(span: DataSpan, children: readonly DataSpan[]): number {
  let micros = 0;
  for (let at = span.start ?? 0n; at < (span.end ?? 0n); at += 1000n) {
    if (!children.some(({ start = 0n, end = 0n }) => start <= at && at < end)) micros++;
  }
  return micros / 1000;
}

/** Jaeger's rule: from the end backwards, always into the child that ended last before what is explained. */
export function criticalPath(spans: readonly Kept[]): Row[] {
  const root = spans.find(({ parent }) => parent === undefined);
  const path: Row[] = [];
  const explain = (span: Kept, depth: number) => {
    let until = span.end ?? 0n;
    let own = (span.end ?? 0n) - (span.start ?? 0n);
    const open = new Set(spans.filter(({ parent }) => parent === span.id));
    for (;;) {
      const fitting = [...open].filter(({ end = 0n, start = 0n }) => end <= until && start >= (span.start ?? 0n));
      const [last] = fitting.sort(
        (a, b) => Number((b.end ?? 0n) - (a.end ?? 0n)) || Number((b.start ?? 0n) - (a.start ?? 0n)),
      );
      if (last === undefined) break;
      open.delete(last);
      own -= (last.end ?? 0n) - (last.start ?? 0n);
      until = last.start ?? 0n;
      explain(last, depth + 1);
    }
    path.push({ depth, path_ms: ms(own), span_id: spanIdOf(span.id) });
  };
  if (root !== undefined) explain(root, 0);
  return path;
}
