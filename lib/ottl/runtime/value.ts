import type { AttributeMap } from '../../otlp/attribute-value.ts';

/**
 * What a path, literal or converter of OTTL yields, told apart by its type:
 *
 * | in the Collector | here |
 * |---|---|
 * | nil, a missing attribute | null |
 * | int64 / float64 | bigint / number |
 * | pcommon.Slice / pcommon.Map | array / Map |
 * | []any of a list literal, []string of `Split` … | {@link NativeList} |
 * | int, the port of `URL` | {@link NativeInt} |
 * | time.Duration / time.Time | {@link Duration} / {@link Time} |
 * | pcommon.TraceID, pcommon.SpanID | {@link Id} |
 * | ptrace.Status, SpanEventSlice, SpanLinkSlice | {@link Opaque} |
 */
export type OttlValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly OttlValue[]
  | OttlMap
  | NativeList
  | NativeInt
  | Duration
  | Time
  | Id
  | Opaque;

export interface OttlMap extends ReadonlyMap<string, OttlValue> {}

/** A list that did not come from telemetry. The Collector compares lists of strings with nothing, hence the type. */
export class NativeList {
  readonly items: readonly OttlValue[];
  readonly element: 'any' | 'string';

  constructor(items: readonly OttlValue[], element: 'any' | 'string') {
    this.items = items;
    this.element = element;
  }
}

/** An int that did not come from telemetry, but from Go code: the Collector compares it with no other number. */
export class NativeInt {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** In nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = BigInt.asIntN(64, nanos);
  }
}

/** In nanoseconds since 1970; the offset from UTC, in seconds, says how it is written and nothing else. */
export class Time {
  readonly unixNanos: bigint;
  readonly offset: number;

  constructor(unixNanos: bigint, offset = 0) {
    this.unixNanos = unixNanos;
    this.offset = offset;
  }
}

/** A trace ID or span ID in lower-case hex, of its full length. */
export class Id {
  readonly hex: string;

  constructor(hex: string) {
    this.hex = hex;
  }
}

/** A part of a span that has no value of its own; equal only to the same part of the same span. */
export class Opaque {
  readonly type: 'status' | 'events' | 'links';
  /** Number of elements; undefined for what is no list. */
  readonly length: number | undefined;

  constructor(type: 'status' | 'events' | 'links', length?: number) {
    this.type = type;
    this.length = length;
  }
}

export function isList(value: OttlValue): value is readonly OttlValue[] {
  return Array.isArray(value);
}

export function isMap(value: OttlValue): value is OttlMap | AttributeMap {
  return value instanceof Map;
}

/** The type of a value, for messages. */
export function typeName(value: OttlValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Map) return 'map';
  if (value instanceof NativeInt) return 'native int';
  if (value instanceof Duration) return 'duration';
  if (value instanceof Time) return 'time';
  if (value instanceof Id) return value.hex.length === 32 ? 'trace ID' : 'span ID';
  if (value instanceof Opaque) return value.type;
  return 'list';
}
