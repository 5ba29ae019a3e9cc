/**
 * `node bench/decide.ts`: the policies of a usual configuration on whole traces (an error, a latency, an attribute by
 * pattern, of the span or the resource), against the same by hand on traces decoded by protobufjs.
 */
import { AttributeTest } from '../lib/otlp/protobuf/attribute-test.ts';
import { Trace } from '../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../lib/sampling/config/parse-sampling-config.ts';
import { type Decision, evaluatePolicies } from '../lib/sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../lib/sampling/sampling-config.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { compare } from './compare.ts';
import type { Layout } from './corpus.ts';
import { type CorpusTrace, traceCorpus } from './trace-corpus.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

const THRESHOLD_NANOS = 801_000_000n;
const ROUTE = /^\/api\/check/;
const SERVICE = /^pay/;

/** A `string_attribute` policy has one key, so the pattern of the route and that of the service are two. */
const CONFIG = parse(`
tail_sampling:
  decision_wait: 30s
  policies:
    - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
    - { name: slow, type: latency, latency: { threshold_ms: 800 } }
    - name: route
      type: string_attribute
      string_attribute: { key: http.route, values: ['^/api/check'], enabled_regex_matching: true }
    - name: service
      type: string_attribute
      string_attribute: { key: service.name, values: ['^pay'], enabled_regex_matching: true }
`);
const ALLOWANCES = { take: () => true, shareOf: ({ goal }: { readonly goal: number }) => goal };

function parse(text: string): SamplingConfig {
  const result = parseSamplingConfig(text);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.config;
}

function decide({ traceId, fragments }: CorpusTrace): Decision {
  return evaluatePolicies(CONFIG, Trace.fromFragments(traceId, fragments), ALLOWANCES);
}

/** They pass on no value, so that they look at every span and resource. */
const SEARCHED = ['http.route', 'service.name'].map((key) => new AttributeTest(key, () => false));

/** The least that those policies take: the index of the trace, and the search for both keys in all of it. */
function search({ traceId, fragments }: CorpusTrace): boolean {
  const trace = Trace.fromFragments(traceId, fragments);
  let found = false;
  for (const test of SEARCHED) {
    for (const resource of trace.resourceSpans) found = resource.testAttribute(test) === true || found;
    found = trace.someAttribute(test) || found;
  }
  return found;
}

/** Which of the policies sample a trace, in their order. */
function votesOf({ votes }: Decision): string {
  return votes.map(({ vote }) => vote === 'sampled').join();
}

function decideOnObjects({ fragments }: CorpusTrace): string {
  let hasError = false;
  let start = 0n;
  let end = 0n;
  let hasRoute = false;
  let hasService = false;
  const look = (attributes: readonly KeyValue[] | null | undefined) => {
    if (ROUTE.test(textOf(attributes, 'http.route'))) hasRoute = true;
    if (SERVICE.test(textOf(attributes, 'service.name'))) hasService = true;
  };
  for (const fragment of fragments) {
    for (const { resource, scopeSpans } of TracesData.decode(fragment).resourceSpans ?? []) {
      look(resource?.attributes);
      for (const { spans } of scopeSpans ?? []) {
        for (const span of spans ?? []) {
          if (span.status?.code === 2) hasError = true;
          const spanStart = bigintOf(span.startTimeUnixNano);
          const spanEnd = bigintOf(span.endTimeUnixNano);
          if (start === 0n || spanStart < start) start = spanStart;
          if (spanEnd > end) end = spanEnd;
          look(span.attributes);
        }
      }
    }
  }
  return [hasError, end - start >= THRESHOLD_NANOS, hasRoute, hasService].join();
}

function textOf(attributes: readonly KeyValue[] | null | undefined, key: string): string {
  return attributes?.find((attribute) => attribute.key === key)?.value?.stringValue ?? '';
}

function bigintOf(value: unknown): bigint {
  const { low, high } = value as { low: number; high: number };
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Compares on traces of this layout; equal decisions are asserted first. */
export function measureDecide(layout: Layout): void {
  const { traces, spanCount } = traceCorpus(layout, 4);
  const found = new Set<string>();
  for (const trace of traces) {
    const votes = votesOf(decide(trace));
    found.add(votes);
    if (votes !== decideOnObjects(trace)) throw new Error(`different decisions on ${trace.traceId}`);
  }
  if (found.size < 4) throw new Error(`the traces are too much alike: ${[...found].join(' ')}`);
  const onEach = (work: (trace: CorpusTrace) => unknown) => () => {
    for (const trace of traces) work(trace);
  };
  compare(
    `policies on a trace, ${layout}`,
    [
      { name: 'protobufjs: decode, evaluate by hand', run: onEach(decideOnObjects) },
      { name: 'Trace.fromFragments, evaluatePolicies', run: onEach(decide) },
      { name: 'Trace.fromFragments, search for both keys', run: onEach(search) },
      { name: 'Trace.fromFragments only', run: onEach((t) => Trace.fromFragments(t.traceId, t.fragments).spanCount) },
    ],
    { units: spanCount, unit: 'spans' },
  );
}

if (import.meta.main) {
  for (const layout of ['mixed', 'sdk'] as const) measureDecide(layout);
}
