import type { AttributeMap } from '../../otlp/protobuf/attributes.ts';
import type { CompileScope } from '../compiler/compile.ts';
import { OttlEvaluationError, shown } from '../errors.ts';
import type { EvaluationContext } from './context.ts';
import { isAbove, type Level } from './level.ts';

/** Reads a value; throws `OttlEvaluationError` when there is none. */
export type Getter<T = OttlValue> = (context: EvaluationContext) => T;

/** A compiled value. A literal is known at start, so that what is wrong with it is found at start. */
export interface Operand {
  readonly get: Getter;
  /** Undefined when the value is not a literal. */
  readonly literal: OttlValue | undefined;
}

export function literalOperand(value: OttlValue): Operand {
  return { get: () => value, literal: value };
}

export function dynamicOperand(get: Getter): Operand {
  return { get, literal: undefined };
}

/** The getter of something that changes with `level`. The condition is asked for each span or event. */
export function askedOnce<T>(get: Getter<T>, level: Level, { context: asked, slots }: CompileScope): Getter<T> {
  if (!isAbove(level, asked)) return get;
  const slot = slots.take();
  return (context) => context.remembered(level, slot, get);
}

/** The enums that conditions on spans and events can name (OTTL context `span`). */
export const ENUMS: ReadonlyMap<string, bigint> = new Map([
  ['SPAN_KIND_UNSPECIFIED', 0n],
  ['SPAN_KIND_INTERNAL', 1n],
  ['SPAN_KIND_SERVER', 2n],
  ['SPAN_KIND_CLIENT', 3n],
  ['SPAN_KIND_PRODUCER', 4n],
  ['SPAN_KIND_CONSUMER', 5n],
  ['STATUS_CODE_UNSET', 0n],
  ['STATUS_CODE_OK', 1n],
  ['STATUS_CODE_ERROR', 2n],
]);

/** What an index finds in an attribute; a missing key is undefined, an index out of bounds is an error. */
export function indexAttribute(value: OttlValue, key: OttlValue): OttlValue | undefined {
  if (isMap(value)) return value.get(toKey(key));
  if (isList(value)) return itemAt(value, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

/** What an index finds in the result of a converter, where a missing key is an error too. */
export function indexResult(value: OttlValue, key: OttlValue): OttlValue {
  if (isMap(value)) {
    const found = value.get(toKey(key));
    if (found !== undefined) return found;
    throw new OttlEvaluationError(`there is no key ${shown(toKey(key))}`);
  }
  if (isList(value)) return itemAt(value, key);
  if (value instanceof NativeList) return itemAt(value.items, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

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
