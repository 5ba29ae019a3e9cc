/**
 * Real traces from readable specs: span specs → OTLP protobuf, written by the independent protobufjs encoder → `Trace`.
 */
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { TracesData } = opentelemetry.proto.trace.v1;

/** A bigint is an int, a number is a double, null is an attribute without a value. */
export type AttributeSpec = string | boolean | bigint | number | null | readonly AttributeSpec[];
export type AttributesSpec = Readonly<Record<string, AttributeSpec>>;

export interface SpanSpec {
  /** 16 hex digits. Default: the position of the span in its fragment, from 1. */
  readonly spanId?: string;
  /** Default: none, a root span. */
  readonly parentSpanId?: string;
  readonly name?: string;
  /** As in OTLP: 1 internal, 2 server, 3 client. Default: none. */
  readonly kind?: number;
  /** Milliseconds after {@link EPOCH_MS}. Default 0. */
  readonly startMs?: number;
  /** Milliseconds after {@link EPOCH_MS}. Default: `startMs`. */
  readonly endMs?: number;
  /** Overrides `startMs`; 0 is "not set". */
  readonly startTimeUnixNano?: bigint;
  /** Overrides `endMs`; 0 is "not set". */
  readonly endTimeUnixNano?: bigint;
  readonly status?: 'UNSET' | 'OK' | 'ERROR';
  readonly flags?: number;
  readonly traceState?: string;
  readonly attributes?: AttributesSpec;
  /** Names of its events. Default: none. */
  readonly events?: readonly string[];
}

/** Spans of one resource, in one scope. */
export interface ResourceSpec {
  readonly resource?: AttributesSpec;
  readonly spans: readonly SpanSpec[];
}

export type FragmentSpec = readonly ResourceSpec[];

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const EPOCH_MS = 1_700_000_000_000;

const STATUS_CODES = { UNSET: 0, OK: 1, ERROR: 2 };

/** One fragment, one resource without attributes, these spans. */
export function traceOf(...spans: readonly SpanSpec[]): Trace {
  return buildTrace([[{ spans }]]);
}

/** A trace of fragments in order of arrival. */
export function buildTrace(fragments: readonly FragmentSpec[], traceId: string = TRACE_ID): Trace {
  return Trace.fromFragments(
    traceId,
    fragments.map((fragment, i) => encodeFragment(fragment, traceId, i)),
  );
}

/** The fragment as OTLP `TracesData`. `index` only serves to give spans of different fragments different IDs. */
export function encodeFragment(fragment: FragmentSpec, traceId: string, index = 0): Uint8Array {
  let spanNumber = index << 16;
  const resourceSpans = fragment.map(({ resource = {}, spans }) => ({
    resource: { attributes: keyValues(resource) },
    scopeSpans: [{ scope: { name: 'test' }, spans: spans.map((span) => encodable(span, traceId, ++spanNumber)) }],
  }));
  return new Uint8Array(TracesData.encode(TracesData.fromObject({ resourceSpans })).finish());
}

function encodable(span: SpanSpec, traceId: string, spanNumber: number) {
  const { startMs = 0, endMs = startMs, status = 'UNSET' } = span;
  return {
    traceId: fromHex(traceId),
    spanId: fromHex(span.spanId ?? spanNumber.toString(16).padStart(16, '0')),
    parentSpanId: fromHex(span.parentSpanId ?? ''),
    name: span.name ?? 'span',
    kind: span.kind ?? 0,
    startTimeUnixNano: String(span.startTimeUnixNano ?? nanos(startMs)),
    endTimeUnixNano: String(span.endTimeUnixNano ?? nanos(endMs)),
    status: { code: STATUS_CODES[status] },
    flags: span.flags ?? 0,
    traceState: span.traceState ?? '',
    attributes: keyValues(span.attributes ?? {}),
    events: (span.events ?? []).map((name) => ({ name })),
  };
}

function nanos(ms: number): bigint {
  return BigInt(EPOCH_MS) * 1_000_000n + BigInt(Math.round(ms * 1_000_000));
}

function keyValues(attributes: AttributesSpec) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeSpec): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
