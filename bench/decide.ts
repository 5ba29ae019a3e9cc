/**
 * `node bench/decide.ts`: three policies on whole traces (an error, a latency, an attribute of the span or the resource
 * by pattern; none of them cut short), against the same on traces decoded by protobufjs.
 */
import type { AttributeValue } from '../lib/otlp/protobuf/attributes.ts';
import { Trace } from '../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { compare } from './compare.ts';
import { type CorpusTrace, traceCorpus } from './trace-corpus.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

const THRESHOLD_NANOS = 800_000_000n;
const ROUTE = /^\/api\/check/;
const SERVICE = /^pay/;

function decideOnBytes({ traceId, fragments }: CorpusTrace): number {
  const trace = Trace.fromFragments(traceId, fragments);
  let hasError = false;
  let start = 0n;
  let end = 0n;
  let matches = false;
  for (let span = 0; span < trace.spanCount; span++) {
    if (trace.statusCode(span) === 2) hasError = true;
    const spanStart = trace.startTimeUnixNano(span);
    const spanEnd = trace.endTimeUnixNano(span);
    if (start === 0n || spanStart < start) start = spanStart;
    if (spanEnd > end) end = spanEnd;
    if (isMatch(trace.attribute(span, 'http.route'), ROUTE)) matches = true;
  }
  for (const resourceSpans of trace.resourceSpans) {
    if (isMatch(resourceSpans.attribute('service.name'), SERVICE)) matches = true;
  }
  return (hasError ? 1 : 0) + (end - start > THRESHOLD_NANOS ? 2 : 0) + (matches ? 4 : 0);
}

function isMatch(value: AttributeValue | undefined, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function decideOnObjects({ fragments }: CorpusTrace): number {
  let hasError = false;
  let start = 0n;
  let end = 0n;
  let matches = false;
  for (const fragment of fragments) {
    for (const { resource, scopeSpans } of TracesData.decode(fragment).resourceSpans ?? []) {
      if (SERVICE.test(textOf(resource?.attributes, 'service.name'))) matches = true;
      for (const span of (scopeSpans ?? []).flatMap((group) => group.spans ?? [])) {
        if (span.status?.code === 2) hasError = true;
        const spanStart = bigintOf(span.startTimeUnixNano);
        const spanEnd = bigintOf(span.endTimeUnixNano);
        if (start === 0n || spanStart < start) start = spanStart;
        if (spanEnd > end) end = spanEnd;
        if (ROUTE.test(textOf(span.attributes, 'http.route'))) matches = true;
      }
    }
  }
  return (hasError ? 1 : 0) + (end - start > THRESHOLD_NANOS ? 2 : 0) + (matches ? 4 : 0);
}

function textOf(attributes: readonly KeyValue[] | null | undefined, key: string): string {
  return attributes?.find((attribute) => attribute.key === key)?.value?.stringValue ?? '';
}

function bigintOf(value: unknown): bigint {
  const { low, high } = value as { low: number; high: number };
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

for (const layout of ['mixed', 'sdk'] as const) {
  const { traces, spanCount } = traceCorpus(layout, 4);
  for (const trace of traces) {
    if (decideOnBytes(trace) !== decideOnObjects(trace)) throw new Error(`different decisions on ${trace.traceId}`);
  }
  const onEach = (decide: (trace: CorpusTrace) => number) => () => {
    for (const trace of traces) decide(trace);
  };
  compare(
    `three policies, ${layout}`,
    [
      { name: 'protobufjs: decode, evaluate', run: onEach(decideOnObjects) },
      { name: 'Trace: evaluate', run: onEach(decideOnBytes) },
      { name: 'Trace.fromFragments only', run: onEach((t) => Trace.fromFragments(t.traceId, t.fragments).spanCount) },
    ],
    { units: spanCount, unit: 'spans' },
  );
}
