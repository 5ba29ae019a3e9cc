// What the queries about what goes wrong must answer, worked out from the spans that were sent: no SQL, no archive.
import { type DataSpan, spanIdOf, traceIdOf } from './dataset.ts';
import { group, type Kept, percentile } from './expected-answers.ts';

type Row = Readonly<Record<string, unknown>>;

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const kindOf = ({ kind = 1 }: DataSpan): string => KINDS[kind] ?? '';
const weightOf = (span: Kept): number => span.decision.weight ?? 1;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const fails = ({ error }: DataSpan): boolean => error !== undefined;
const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const startOf = ({ start }: DataSpan): number => (start === undefined ? Infinity : Number(start));
const endOf = ({ end }: DataSpan): number => (end === undefined ? -Infinity : Number(end));
const msOf = ({ start, end }: DataSpan): number | null =>
  start === undefined || end === undefined ? null : Number(end - start) / 1e6;

/** Before and after, of server and consumer spans. */
export function compareWindows(before: readonly Kept[], after: readonly Kept[], minSpans: number): Row[] {
  const keyOf = ({ service, name }: DataSpan) => JSON.stringify([service, name]);
  const isRequest = ({ kind }: DataSpan) => kind === 2 || kind === 5;
  const [old, now] = [group(before.filter(isRequest), keyOf), group(after.filter(isRequest), keyOf)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [measures(old.get(key) ?? []), measures(now.get(key) ?? [])];
    if (was.spans + is.spans < minSpans) return [];
    const [service, name] = JSON.parse(key);
    const ratio = (a: number | null, b: number | null) => (a !== null && b !== null && a > 0 && b > 0 ? b / a : null);
    return {
      service,
      name,
      worse_by: worseBy(was.errorRate, is.errorRate, ratio(was.p95, is.p95)),
      requests_before: was.requests,
      requests_after: is.requests,
      error_rate_before: was.errorRate,
      error_rate_after: is.errorRate,
      error_rate_difference: was.errorRate === null || is.errorRate === null ? null : is.errorRate - was.errorRate,
      p50_before_ms: was.p50,
      p50_after_ms: is.p50,
      p50_ratio: ratio(was.p50, is.p50),
      p95_before_ms: was.p95,
      p95_after_ms: is.p95,
      p95_ratio: ratio(was.p95, is.p95),
      kept_spans_before: was.spans,
      kept_spans_after: is.spans,
      unknown_weight: was.unknown + is.unknown,
    };
  });
}

/** 1 for 10 percentage points more errors or twice the p95; null: the operation is gone. */
export function worseBy(was: number | null, is: number | null, p95Ratio: number | null): number | null {
  if (is === null) return null;
  const byErrors = 10 * (is - (was ?? 0));
  return p95Ratio === null ? byErrors : Math.max(byErrors, Math.log2(p95Ratio));
}

function measures(spans: readonly Kept[]) {
  const durations = spans.map((span) => ({ value: msOf(span), weight: weightOf(span) }));
  const percentileOf = (share: number) => {
    const value = percentile(durations, share);
    return Number.isNaN(value) ? null : value;
  };
  const requests = sum(spans.map(weightOf));
  return {
    spans: spans.length,
    requests,
    errorRate: spans.length === 0 ? null : sum(spans.filter(fails).map(weightOf)) / requests,
    p50: percentileOf(0.5),
    p95: percentileOf(0.95),
    unknown: spans.filter(({ decision }) => decision.weight === null).length,
  };
}

interface Node {
  readonly span: Kept;
  readonly parent: number | undefined;
}

/** The IDs of a trace, each with its outermost span, in order of start. */
function nodesOf(spans: readonly Kept[]): Node[] {
  return [...group(spans, ({ id }) => String(id)).values()]
    .map((own) => {
      const [span] = own.toSorted(outermostFirst);
      const parents = own.flatMap(({ id, parent }) => (parent === undefined || parent === id ? [] : parent));
      if (span === undefined) throw new Error('a group has a span');
      return {
        span,
        parent: parents.length === 0 ? undefined : Math.min(...parents),
        start: Math.min(...own.map(startOf)),
      };
    })
    .sort((a, b) => compare(a.start, b.start) || compare(spanIdOf(a.span.id), spanIdOf(b.span.id)));
}

function outermostFirst(a: DataSpan, b: DataSpan): number {
  return (
    compare(startOf(a), startOf(b)) ||
    compare(endOf(b), endOf(a)) ||
    compare(kindOf(a), kindOf(b)) ||
    compare(a.name, b.name) ||
    compare(a.service, b.service)
  );
}

interface Gap {
  readonly problem: string;
  readonly span: Kept;
  readonly missing: number | undefined;
}

/** Of each trace: the missing parents with the first span below each, or else the first of a circle; roots after the first. */
function gapsOf(spans: readonly Kept[]): Gap[] {
  const nodes = nodesOf(spans);
  const ids = new Set(nodes.map(({ span }) => span.id));
  const roots = nodes.filter(({ parent }) => parent === undefined);
  const missing = new Set(nodes.flatMap(({ parent }) => (parent === undefined || ids.has(parent) ? [] : parent)));
  const below = nodes.filter(
    ({ parent }, i) => missing.has(parent ?? -1) && nodes.findIndex((n) => n.parent === parent) === i,
  );
  const gaps = below.map(({ span, parent }, i) => ({
    problem: roots.length === 0 && i === 0 ? 'no root' : 'missing parent',
    span,
    missing: parent,
  }));
  const [first] = nodes;
  if (roots.length === 0 && gaps.length === 0 && first !== undefined) {
    gaps.push({ problem: 'no root', span: first.span, missing: first.parent });
  }
  return [...gaps, ...roots.slice(1).map(({ span }) => ({ problem: 'several roots', span, missing: undefined }))];
}

export function incompleteTraces(spans: readonly Kept[]): Row[] {
  const traces = [...group(spans, ({ trace }) => String(trace)).values()];
  const keyOf = (span: Kept) => JSON.stringify([span.service, span.name, kindOf(span)]);
  const tracesWith = group(
    traces.flatMap((own) =>
      onePer(
        nodesOf(own).map(({ span }) => span),
        keyOf,
      ),
    ),
    keyOf,
  );
  const gaps = group(traces.flatMap(gapsOf), ({ problem, span }) => `${problem}\n${keyOf(span)}`);
  return [...gaps.values()].flatMap((all) => {
    const [any] = all;
    if (any === undefined) return [];
    const { problem, span } = any;
    const own = onePer(
      all.map((gap) => gap.span),
      ({ trace }) => String(trace),
    );
    const estimated = sum(own.map(weightOf));
    const share = estimated / sum((tracesWith.get(keyOf(span)) ?? []).map(weightOf));
    const examples = all.map((gap) => ({
      example_trace: traceIdOf(gap.span.trace),
      example_span_id: spanIdOf(gap.span.id),
      missing_span_id: gap.missing === undefined ? null : spanIdOf(gap.missing),
    }));
    return {
      problem,
      ...namesOf(span),
      kind: kindOf(span),
      traces: own.length,
      estimated_traces: estimated,
      share,
      look_for: lookFor(problem, span, share),
      ...examples.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))[0],
    };
  });
}

/** The line of a span leaves out what is empty. */
function namesOf({ service, name }: DataSpan) {
  return { service: service === '' ? null : service, name: name === '' ? null : name };
}

function onePer<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...group(items, keyOf).values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}

function lookFor(problem: string, span: DataSpan, share: number): string {
  if (problem === 'several roots') return 'context: passes on the trace ID without the span ID';
  const isSystematic = share > 0.5;
  if (['SERVER', 'CONSUMER'].includes(kindOf(span))) {
    return isSystematic
      ? 'caller: sends a context but no spans (browser, gateway, proxy, not instrumented)'
      : 'caller: lost or late spans (exporter, crash)';
  }
  return isSystematic
    ? 'this service: does not export the span above (filtered, never ended)'
    : 'this service: lost or late spans (exporter, crash)';
}

const ROUND_MS = [1, 2, 3, 5, 10, 15, 20, 29, 30, 60, 90, 120, 300, 900].map((seconds) => seconds * 1000);

interface Finding {
  readonly finding: 'timeout' | 'retry';
  readonly span: Kept;
  readonly peer: string | null;
  readonly timeoutMs: number | null;
  readonly wentOn: boolean;
  readonly inARow: number | null;
}

function peerOf(span: DataSpan): string | null {
  const textOf = (key: string) => span.attributes?.find((one) => one.key === key)?.value['stringValue'];
  const url = textOf('url.full') ?? textOf('http.url');
  const host = typeof url === 'string' ? url.split('/')[2] || undefined : undefined;
  const peer = textOf('server.address') ?? textOf('net.peer.name') ?? textOf('peer.service') ?? host;
  return peer === undefined ? null : String(peer);
}

function timeoutsOf(spans: readonly Kept[], toleranceMs: number): Finding[] {
  const roundOf = (span: DataSpan) => ROUND_MS.find((ms) => Math.abs((msOf(span) ?? -Infinity) - ms) <= toleranceMs);
  return nodesOf(spans).flatMap(({ span }) => {
    const round = roundOf(span);
    if (round === undefined) return [];
    const children = spans
      .filter(({ parent, id }) => parent === span.id && id !== span.id)
      .sort(
        (a, b) =>
          compare(endOf(b), endOf(a)) || compare(startOf(a), startOf(b)) || compare(spanIdOf(a.id), spanIdOf(b.id)),
      );
    const wentOn = children
      .filter((child) => kindOf(child) !== 'CONSUMER' && startOf(child) < endOf(span))
      .find((child) => endOf(child) > endOf(span) + toleranceMs * 1e6);
    const failed = children.find(fails);
    const isInnermost = !children.some((child) => roundOf(child) === round);
    if (wentOn === undefined && !(isInnermost && (failed !== undefined || fails(span)))) return [];
    const child = wentOn ?? failed;
    const service = child !== undefined && child.service !== span.service ? child.service : undefined;
    const peer = service ?? peerOf(span) ?? (child === undefined ? null : peerOf(child));
    return { finding: 'timeout', span, peer, timeoutMs: round, wentOn: wentOn !== undefined, inARow: null };
  });
}

function retriesOf(spans: readonly Kept[]): Finding[] {
  const called = spans.filter(({ parent, id }) => parent !== undefined && parent !== id);
  const rows = group(called, (span) => JSON.stringify([span.parent, span.service, span.name, peerOf(span)]));
  return [...rows.values()].flatMap((row) => {
    const inOrder = row.toSorted(
      (a, b) =>
        compare(startOf(a), startOf(b)) || compare(endOf(a), endOf(b)) || compare(spanIdOf(a.id), spanIdOf(b.id)),
    );
    const again = inOrder.filter((span, i) => {
      const last = inOrder[i - 1];
      if (last?.end === undefined || span.start === undefined) return false;
      return fails(last) && last.end <= span.start && last.id !== span.id;
    });
    return again.map((span) => ({
      finding: 'retry' as const,
      span,
      peer: peerOf(span),
      timeoutMs: null,
      wentOn: false,
      inARow: again.length,
    }));
  });
}

export function timeouts(spans: readonly Kept[], toleranceMs: number): Row[] {
  const ended = spans.filter(({ end }) => end !== undefined);
  const traces = [...group(ended, ({ trace }) => String(trace)).values()];
  const findings = traces.flatMap((own) => [...timeoutsOf(own, toleranceMs), ...retriesOf(own)]);
  const groups = group(findings, ({ finding, span, peer, timeoutMs }) =>
    JSON.stringify([finding, span.service, span.name, peer, timeoutMs]),
  );
  return [...groups].map(([key, all]) => {
    const [finding, service, name, peer, timeout_ms] = JSON.parse(key);
    const ids = new Set(all.map(({ span }) => traceIdOf(span.trace)));
    return {
      finding,
      service,
      name,
      peer,
      timeout_ms,
      times: all.length,
      estimated_times: sum(all.map(({ span }) => weightOf(span))),
      traces: ids.size,
      child_went_on: all.filter(({ wentOn }) => wentOn).length,
      recovered: finding === 'retry' ? all.filter(({ span }) => !fails(span)).length : null,
      most_in_a_row: finding === 'retry' ? Math.max(...all.map(({ inARow }) => inARow ?? 0)) : null,
      example_trace: [...ids].sort()[0],
    };
  });
}
