import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveLines } from '../../lib/archive/line.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { LocalAllowances } from '../memory/local-allowances.ts';
import { encodeFragment, type ResourceSpec, type SpanSpec, TRACE_ID } from '../support/build-trace.ts';
import { Death, dieAt, World } from './world.ts';

/** One copy of a span as it is sent: two that are equal are one that is sent again. */
interface Copy {
  readonly service: string;
  readonly span: SpanSpec;
}

/** Few values each, so that most copies are of the same few spans. */
const copy: fc.Arbitrary<Copy> = fc.record({
  service: fc.constantFrom('a', 'b'),
  span: fc
    .record({
      spanId: fc.constantFrom('00000000000000a1', '00000000000000a2'),
      parentSpanId: fc.constantFrom('', '00000000000000a1'),
      kind: fc.constantFrom(2, 3),
      name: fc.constantFrom('x', 'y'),
      startMs: fc.constantFrom(0, 5),
      endMs: fc.constantFrom(undefined, undefined, 7, 9),
      status: fc.constantFrom('UNSET', 'UNSET', 'ERROR'),
      done: fc.constantFrom(1n, 2n, 3n),
    })
    .map(({ endMs, done, ...span }) => ({
      ...span,
      ...(endMs === undefined ? { endTimeUnixNano: 0n } : { endMs }),
      attributes: { done },
    })),
});

/** A way in which copies come: in requests, in any order, some again, those of one service together or apart. */
function arrivals(copies: readonly Copy[]): fc.Arbitrary<readonly Uint8Array[]> {
  const all = fc.shuffledSubarray([...copies, ...copies], { minLength: 0 });
  // Every copy comes at least once.
  const sent = all.chain((some) => {
    const missing = copies.filter((one) => !some.includes(one));
    return fc.shuffledSubarray([...some, ...missing], { minLength: some.length + missing.length });
  });
  return sent.chain((order) =>
    fc
      .array(fc.record({ endsRequest: fc.boolean(), endsResource: fc.boolean() }), {
        minLength: order.length,
        maxLength: order.length,
      })
      .map((cuts) => {
        const requests: ResourceSpec[][] = [[]];
        let group: { service: string; spans: SpanSpec[] } | undefined;
        order.forEach(({ service, span }, i) => {
          if (group?.service !== service) {
            group = { service, spans: [] };
            requests.at(-1)?.push({ resource: { 'service.name': service }, spans: group.spans });
          }
          group.spans.push(span);
          if (cuts[i]?.endsRequest) requests.push([]);
          if (cuts[i]?.endsRequest || cuts[i]?.endsResource) group = undefined;
        });
        return requests.filter(({ length }) => length > 0).map((request) => encodeFragment(request, TRACE_ID));
      }),
  );
}

const copiesOf = fc.array(copy, { minLength: 1, maxLength: 7 });

/**
 * Rules that count or measure what they see. As in the Collector, an upper bound of `latency` looks at the order of arrival,
 * and `bytes_limiting` counts a resource as often as requests bring it: they are not among them.
 */
const RULES = parseSamplingConfig(`
policies:
  - { name: many, type: span_count, span_count: { min_spans: 4, max_spans: 6 } }
  - { name: long, type: latency, latency: { threshold_ms: 6 } }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: second, type: numeric_attribute, numeric_attribute: { key: done, min_value: 2, max_value: 2 } }
  - { name: few spans, type: rate_limiting, rate_limiting: { spans_per_second: 5 } }
`);

describe('Copies of spans', () => {
  it('are decided and archived the same in whatever order, grouping and number of resends', () => {
    if (!RULES.ok) throw new Error(JSON.stringify(RULES.issues));
    const { config } = RULES;
    const outcome = (fragments: readonly Uint8Array[]) => {
      const trace = Trace.fromFragments(TRACE_ID, fragments);
      const { votes, policy, adjustedCount } = evaluatePolicies(config, trace, new LocalAllowances(() => 0));
      const [line = ''] = archiveLines(trace, { policy, adjustedCount, decidedAtMs: 0, firstSeq: 0 }).map(textOf);
      const { resourceSpans: _, ...columns } = JSON.parse(line);
      return { votes, columns, spans: spansOf([line]).sort() };
    };
    fc.assert(
      fc.property(
        copiesOf.chain((copies) => fc.tuple(fc.constant(copies), arrivals(copies), arrivals(copies))),
        ([copies, one, other]) => {
          expect(outcome(one)).toEqual(outcome(other));
          const standing = kept(copies);
          const { spans, columns } = outcome(one);
          expect(spans).toEqual(standing.map(describeCopy).sort());
          expect(columns.span_count).toBe(standing.length);
          expect(columns.error_count).toBe(standing.filter(({ span }) => span.status === 'ERROR').length);
          expect(columns.services).toEqual([...new Set(standing.map(({ service }) => service))].sort());
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are in the archive once each for its readers, however late they come, and whoever dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        copiesOf.chain((copies) => fc.tuple(fc.constant(copies), arrivals(copies))),
        fc.array(fc.record({ waitMs: fc.constantFrom(0, 31_000, 100_000), diesAt: fc.nat(24) }), { maxLength: 12 }),
        async ([copies, requests], between) => {
          const world = new World();
          for (const [i, request] of requests.entries()) {
            await world.ingest(request);
            const pause = between[i];
            if (pause === undefined || pause.waitMs === 0) continue;
            world.clock.advance(pause.waitMs);
            await world.decideOnce({ step: dieAt(pause.diesAt).step }).catch((error) => {
              if (!(error instanceof Death)) throw error;
            });
          }
          await world.drain();
          const isKept = copies.some(({ span }) => span.status === 'ERROR');
          const archived = spansOf(world.archive.allLines());
          expect(withoutUnfinished(archived)).toEqual(isKept ? kept(copies).map(describeCopy).sort() : []);
          // An unfinished copy may stand there from before the finished one came, but none is there twice.
          expect(new Set(archived).size).toBe(archived.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The rule once more, on what was sent: each copy once, and no unfinished one of a span that a finished one is of. */
function kept(copies: readonly Copy[]): Copy[] {
  const different = [...new Map(copies.map((one) => [describeCopy(one), one])).values()];
  const identity = ({ span }: Copy) => [span.spanId, span.kind, span.name, span.startMs].join();
  const isFinished = ({ span }: Copy) => span.endMs !== undefined;
  const finished = new Set(different.filter(isFinished).map(identity));
  return different.filter((one) => isFinished(one) || !finished.has(identity(one)));
}

function describeCopy({ service, span }: Copy): string {
  const { spanId, parentSpanId = '', kind, name, startMs = 0, endMs, status, attributes } = span;
  return [spanId, kind, name, startMs, endMs ?? '-', parentSpanId, status, attributes?.['done'], service].join();
}

interface SpanJson {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano?: string;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly [{ readonly value: { readonly intValue: string } }];
}

interface LineJson {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly [{ readonly value: { readonly stringValue: string } }] };
    readonly scopeSpans: readonly { readonly spans: readonly SpanJson[] }[];
  }[];
}

/** What {@link describeCopy} makes of the spans of some lines. */
function spansOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const { resourceSpans }: LineJson = JSON.parse(line);
    return resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => describeJson(span, resource.attributes[0].value.stringValue)),
      ),
    );
  });
}

function describeJson(span: SpanJson, service: string): string {
  const { spanId, parentSpanId = '', kind, name, startTimeUnixNano, endTimeUnixNano = '0', status, attributes } = span;
  const ms = (nanos: string) => Number(BigInt(nanos) / 1_000_000n) % 1000;
  const end = endTimeUnixNano === '0' ? '-' : ms(endTimeUnixNano);
  const code = status?.code === 2 ? 'ERROR' : 'UNSET';
  const done = attributes[0].value.intValue;
  return [spanId, kind, name, ms(startTimeUnixNano), end, parentSpanId, code, done, service].join();
}

/** What a reader of the archive does. The first four columns tell spans apart, the fifth is the end. */
function withoutUnfinished(spans: readonly string[]): string[] {
  const columns = spans.map((span) => ({
    span,
    identity: span.split(',').slice(0, 4).join(),
    end: span.split(',')[4],
  }));
  const finished = new Set(columns.filter(({ end }) => end !== '-').map(({ identity }) => identity));
  return columns
    .filter(({ end, identity }) => end !== '-' || !finished.has(identity))
    .map(({ span }) => span)
    .sort();
}

function textOf(line: Uint8Array): string {
  return new TextDecoder().decode(line);
}
