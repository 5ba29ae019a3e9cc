/**
 * Conversions of arguments to the type that a converter asks for. `toX` accepts only an X; `toXLike` converts what can
 * be converted, and gives null for nil. All throw {@link OttlEvaluationError} for other values.
 */
import { toHex } from '../../otlp/bytes-to-text.ts';
import { OttlEvaluationError } from '../errors.ts';
import { jsonText } from '../formats/json.ts';
import { encodeGoString } from '../go/go-string.ts';
import { parseGoBool, parseGoFloat, parseGoInt } from '../go/parse-numbers.ts';
import { Duration, Time } from '../go/time.ts';
import { isList, isMap, NativeInt, NativeList, type OttlMap, type OttlValue, typeName } from '../runtime/value.ts';

export function toText(value: OttlValue): string {
  return typeof value === 'string' ? value : fail('a string', value);
}

export function toInt(value: OttlValue): bigint {
  return typeof value === 'bigint' ? value : fail('an int', value);
}

export function toMap(value: OttlValue): OttlMap {
  return isMap(value) ? telemetryMap(value) : fail('a map', value);
}

/** The map with native ints as ints of telemetry, which is what the Collector converts a Go map to. */
export function telemetryMap(map: OttlMap): OttlMap {
  const entries = [...map];
  if (!entries.some(([, value]) => value instanceof NativeInt)) return map;
  return new Map(entries.map(([key, value]) => [key, value instanceof NativeInt ? value.value : value] as const));
}

export function toList(value: OttlValue): readonly OttlValue[] {
  if (value instanceof NativeList) return value.items.map(toTelemetry);
  return isList(value) ? value : fail('a list', value);
}

/**
 * An item of a Go list as an item of a list of telemetry: the Collector converts lists and plain values, nothing else.
 */
function toTelemetry(value: OttlValue): OttlValue {
  if (value instanceof NativeList && value.element === 'any') return value.items.map(toTelemetry);
  if (value instanceof NativeInt) return value.value;
  const isPlain = value === null || typeof value !== 'object' || value instanceof Uint8Array;
  return isPlain ? value : fail('plain values in the list', value);
}

export function toDuration(value: OttlValue): Duration {
  return value instanceof Duration ? value : fail('a duration', value);
}

export function toTime(value: OttlValue): Time {
  return value instanceof Time ? value : fail('a time', value);
}

/** Bytes become hex, other values JSON. */
export function toTextLike(value: OttlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? toHex(value, 0, value.length) : jsonText(value);
}

/** Drops the fraction of a double; reads a string as a decimal number. */
export function toIntLike(value: OttlValue): bigint | null {
  if (value === null || typeof value === 'bigint') return value;
  if (typeof value === 'string') return parseGoInt(value, 10);
  if (typeof value === 'number') return truncate(value);
  return typeof value === 'boolean' ? BigInt(value) : fail('a number, a string or a bool', value);
}

export function toDoubleLike(value: OttlValue): number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string') return parseGoFloat(value);
  return typeof value === 'bigint' || typeof value === 'boolean'
    ? Number(value)
    : fail('a number, a string or a bool', value);
}

export function toBoolLike(value: OttlValue): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return parseGoBool(value);
  if (typeof value === 'bigint') return value !== 0n;
  if (value instanceof NativeInt) return value.value !== 0n;
  return typeof value === 'number' ? value !== 0 : fail('a number, a string or a bool', value);
}

/** A string becomes its UTF-8, a number its 8 bytes in big-endian order, a bool one byte. */
export function toBytesLike(value: OttlValue): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encodeGoString(value);
  if (typeof value === 'boolean') return Uint8Array.of(Number(value));
  const bytes = new DataView(new ArrayBuffer(8));
  if (typeof value === 'bigint') bytes.setBigInt64(0, value);
  else if (typeof value === 'number') bytes.setFloat64(0, value);
  else return fail('bytes, a string, a number or a bool', value);
  return new Uint8Array(bytes.buffer);
}

const MIN_INT64 = -(2n ** 63n);

/** A double beyond 64 bits becomes the least int64: the result of Go's conversion on amd64. */
function truncate(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return MIN_INT64;
  return BigInt(Math.trunc(value));
}

/** Created once each: a condition may fail on every span of a trace, and capturing a stack trace takes microseconds. */
const failures = new Map<string, OttlEvaluationError>();

function fail(expected: string, value: OttlValue): never {
  const message = `expected ${expected}, got ${typeName(value)}`;
  const failure = failures.get(message) ?? new OttlEvaluationError(message);
  failures.set(message, failure);
  throw failure;
}
