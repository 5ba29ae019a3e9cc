import { createHash } from 'node:crypto';
import { hashFragment } from '../../lib/aws/system.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { createRandom } from '../../lib/traffic/random.ts';
import { LONG_TEXT } from './dictionaries.ts';
import { EncodedRequest } from './encodings.ts';
import type { Plan, PlannedSpan, SpanCopy } from './plan.ts';
import { START_MS } from './scheduler.ts';

/** Enough for a fragment to be spilled: written as hex digits, it cannot be compressed to less. */
const BIG_BYTES = 10_000;
const DURATION_MS = 50;
const SLOW_MS = 200;

/** A span as it is sent, and as it must be archived. */
export interface SentSpan {
  /** `<trace ID>/<span ID>/<copy>`: equal for copies that are equal byte for byte. */
  readonly name: string;
  readonly traceId: string;
  readonly copy: SpanCopy['copy'];
  /** Everything that the archive must give back of it, as {@link contentOf} has it. */
  readonly content: string;
}

/** One trace's spans of a request, by the name that the pipeline gives it. */
export interface SentFragment {
  readonly traceId: string;
  readonly hash: string;
  readonly payload: Uint8Array;
  readonly spans: readonly SentSpan[];
}

export interface SentRequest {
  readonly encoded: EncodedRequest;
  readonly fragments: readonly SentFragment[];
}

/** Makes requests of the spans of a plan. */
export class Spans {
  readonly #plan: Plan;
  readonly #traceIds: readonly string[];

  constructor(plan: Plan) {
    this.#plan = plan;
    const random = createRandom(plan.seed);
    this.#traceIds = plan.traces.map((_, trace) => `a${trace}${random.hex(30)}`);
  }

  /** An export request: a `ResourceSpans` for each service, in order of first appearance. */
  request(copies: readonly SpanCopy[]): SentRequest {
    const spans = copies.map((copy) => this.#span(copy));
    const byService = Map.groupBy(spans, ({ service }) => service);
    const resourceSpans = [...byService].map(([service, ofService]) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ spans: ofService.map(({ message }) => message) }],
    }));
    const encoded = new EncodedRequest(resourceSpans);
    const fragments = regroup(encoded.protobuf).fragments.map(({ traceId, payload }) => ({
      traceId,
      payload,
      hash: hashFragment(payload),
      spans: spans.filter(({ sent }) => sent.traceId === traceId).map(({ sent }) => sent),
    }));
    return { encoded, fragments };
  }

  #span({ trace, span, copy }: SpanCopy) {
    const traceNumber = trace % this.#plan.traces.length;
    const { spans } = this.#plan.traces[traceNumber] ?? { spans: [] };
    const spanNumber = span % spans.length;
    const planned = spans[spanNumber];
    const traceId = this.#traceIds[traceNumber];
    if (planned === undefined || traceId === undefined) throw new Error('a plan has no trace without spans');
    const message = this.#message(planned, traceId, spanNumber, copy);
    const { spanId, name, startTimeUnixNano, endTimeUnixNano, status, attributes } = message;
    const id = spanId.toString('hex');
    const content = contentOf({ name, startTimeUnixNano, endTimeUnixNano, status, attributes });
    const sent: SentSpan = { name: `${traceId}/${id}/${copy}`, traceId, copy, content };
    return { service: planned.service, message, sent };
  }

  #message(planned: PlannedSpan, traceId: string, number: number, copy: SpanCopy['copy']) {
    const startMs = START_MS - 1_000 + number;
    const endMs = startMs + (planned.isSlow ? SLOW_MS : DURATION_MS);
    return {
      traceId: Buffer.from(traceId, 'hex'),
      spanId: Buffer.from([0, 0, 0, 0, 0, 0, 1, number]),
      ...(!planned.isRoot && { parentSpanId: Buffer.from([0, 0, 0, 0, 0, 0, 9, 9]) }),
      name: `span ${number}`,
      kind: 2,
      startTimeUnixNano: nanos(startMs),
      endTimeUnixNano: copy === 2 ? '0' : nanos(endMs),
      attributes: [
        { key: 'copy', value: { stringValue: String(copy) } },
        { key: 'tag', value: { stringValue: planned.tag } },
        ...(this.#plan.settings.dictionaries.areUsed ? [{ key: 'text', value: { stringValue: LONG_TEXT } }] : []),
        ...(planned.isBig ? [{ key: 'big', value: { stringValue: bigValue(this.#plan.seed) } }] : []),
      ],
      status: planned.hasError ? { code: 2 } : {},
    };
  }
}

function bigValue(seed: number): string {
  return createHash('shake256', { outputLength: BIG_BYTES }).update(String(seed)).digest('hex');
}

function nanos(milliseconds: number): string {
  return String(BigInt(milliseconds) * 1_000_000n);
}

/** A span as OTLP JSON has it, as far as it is compared. */
export interface SpanContent {
  readonly name?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly status?: { readonly code?: number };
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

export function contentOf({
  name,
  startTimeUnixNano,
  endTimeUnixNano = '0',
  status,
  attributes = [],
}: SpanContent): string {
  const values = attributes.map(({ key, value }) => `${key}=${value.stringValue}`);
  return [name, startTimeUnixNano, endTimeUnixNano, status?.code ?? 0, ...values].join(' ');
}
