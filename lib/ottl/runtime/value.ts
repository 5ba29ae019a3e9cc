import type { AttributeMap } from '../../otlp/protobuf/attributes.ts';
import { quotedExcerpt } from '../../text/messages.ts';
import { OttlEvaluationError } from '../errors.ts';
import { Duration, Time } from '../go/time.ts';

/**
 * The value of a path, literal or converter. Its JavaScript type tells which type it has in the Collector, whose
 * results depend on that type (`1 == 1.0` is true, but a native int equals no other number):
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

/**
 * A list made by Go code instead of read from telemetry. The element type matters: the Collector panics when it
 * compares two `[]string`.
 */
export class NativeList {
  readonly items: readonly OttlValue[];
  readonly element: 'any' | 'string';

  constructor(items: readonly OttlValue[], element: 'any' | 'string') {
    this.items = items;
    this.element = element;
  }
}

/** A Go `int` instead of an int64 of telemetry: the Collector does not compare it with other numbers. */
export class NativeInt {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A trace ID (32 lower-case hex digits) or span ID (16). */
export class Id {
  readonly hex: string;

  constructor(hex: string) {
    this.hex = hex;
  }
}

/** A part of a span that OTTL cannot look into. It is equal only to the same part of the same span. */
export class Opaque {
  readonly type: 'status' | 'events' | 'links';
  /** The number of elements of a list; undefined for a status. */
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

/** The name of a value's type in messages. */
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

/**
 * Indexes an attribute. A missing key gives undefined.
 * @throws {OttlEvaluationError} for an index out of bounds, a key of the wrong type, and a value that is neither a list
 *   nor a map
 */
export function indexAttribute(value: OttlValue, key: OttlValue): OttlValue | undefined {
  if (isMap(value)) return value.get(toKey(key));
  if (isList(value)) return itemAt(value, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

/** Indexes the result of a converter: as {@link indexAttribute}, but a missing key is an error, too. */
export function indexResult(value: OttlValue, key: OttlValue): OttlValue {
  if (isMap(value)) {
    const found = value.get(toKey(key));
    if (found !== undefined) return found;
    throw new OttlEvaluationError(`there is no key ${quotedExcerpt(toKey(key))}`);
  }
  if (isList(value)) return itemAt(value, key);
  if (value instanceof NativeList) return itemAt(value.items, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

/** The value as the key of a map. @throws {OttlEvaluationError} when it is not a string */
export function toKey(key: OttlValue): string {
  if (typeof key === 'string') return key;
  throw new OttlEvaluationError(`a map is indexed with a string, got ${typeName(key)}`);
}

function itemAt(items: readonly OttlValue[], key: OttlValue): OttlValue {
  if (typeof key !== 'bigint') throw new OttlEvaluationError(`a list is indexed with an int, got ${typeName(key)}`);
  const item = key >= 0n ? items[Number(key)] : undefined;
  if (item === undefined) throw new OttlEvaluationError(`index ${key} is out of bounds`);
  return item;
}
