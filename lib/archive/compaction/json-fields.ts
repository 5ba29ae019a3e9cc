import { UnreadableError } from '../read-line.ts';

/**
 * The fields of a parsed line, each of the type that the archive's writer gives it. `null` and `undefined` mean that there is no value.
 * Everything here throws an {@link UnreadableError} on another type, which names the field and says what was expected.
 */

/** An object of a parsed line. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** How the archive spells -0, of which readers with integers would otherwise make 0. */
export const NEGATIVE_ZERO = '-0.0';

/** The object at `name`. */
export function objectAt(parent: JsonObject, name: string): JsonObject | undefined {
  const value = parent[name];
  if (value === undefined || value === null) return undefined;
  return toObject(value, name);
}

/** The objects in the list at `name`; undefined when there is no list. */
export function objectsAt(parent: JsonObject, name: string): readonly JsonObject[] | undefined {
  const value = parent[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw expected('a list', name, value);
  return value.map((item) => toObject(item, name));
}

/** A text; a number is the text that JSON writes for it. */
export function textAt(parent: JsonObject, name: string): string | null {
  const value = parent[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? NEGATIVE_ZERO : String(value);
  throw expected('text', name, value);
}

/** A text; null also when it is empty. */
export function filledTextAt(parent: JsonObject, name: string): string | null {
  return textAt(parent, name) || null;
}

/** The ID of another span or trace. One that is empty or all zero is none. */
export function otherIdAt(parent: JsonObject, name: string): string | null {
  const id = hexAt(parent, name);
  return id === null || NO_ID.test(id) ? null : id;
}

const NO_ID = /^(?:0{16}|0{32})?$/;

export function hexAt(parent: JsonObject, name: string): string | null {
  const value = textAt(parent, name);
  if (value !== null && !/^[\da-fA-F]*$/.test(value)) throw expected('hex digits', name, value);
  return value?.toLowerCase() ?? null;
}

export function numberAt(parent: JsonObject, name: string): number | null {
  const value = parent[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw expected('a number', name, value);
  return value;
}

/** A whole number of 32 bits. */
export function integerAt(parent: JsonObject, name: string): number | null {
  const value = numberAt(parent, name);
  if (value !== null && (value | 0) !== value) throw expected('a whole number of 32 bits', name, value);
  return value;
}

export function booleanAt(parent: JsonObject, name: string): boolean | null {
  const value = parent[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw expected('true or false', name, value);
  return value;
}

/** Nanoseconds since the epoch; null when there are none, or 0, or too many for a column of 64 bits. */
export function nanosAt(parent: JsonObject, name: string): bigint | null {
  const nanos = anyNanosAt(parent, name);
  return nanos !== null && nanos > MAX_BIGINT ? null : nanos;
}

/**
 * Nanoseconds since the epoch of an end, as `endNanosSql` has them: those after the year 2262 are as many as a column holds,
 * because a span with an end is finished.
 */
export function endNanosAt(parent: JsonObject, name: string): bigint | null {
  const nanos = anyNanosAt(parent, name);
  return nanos !== null && nanos > MAX_BIGINT ? MAX_BIGINT : nanos;
}

const MAX_BIGINT = 2n ** 63n - 1n;

function anyNanosAt(parent: JsonObject, name: string): bigint | null {
  const value = textAt(parent, name);
  if (value === null) return null;
  if (!/^\d{1,20}$/.test(value)) throw expected('nanoseconds', name, value);
  const nanos = BigInt(value);
  return nanos === 0n ? null : nanos;
}

/** Milliseconds since the epoch of a time in the form of the archive. */
export function timeAt(parent: JsonObject, name: string): bigint | null {
  const value = parent[name];
  if (value === undefined || value === null) return null;
  const parts = typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})$/.exec(value) : null;
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}Z`);
  if (Number.isNaN(ms)) throw expected('a time such as 2026-11-21 07:12:33.123', name, value);
  return BigInt(ms);
}

export function expected(what: string, name: string, value: unknown): UnreadableError {
  return new UnreadableError(`${name}: expected ${what}, got ${(JSON.stringify(value) ?? 'nothing').slice(0, 60)}`);
}

function toObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected('an object', name, value);
  return value as JsonObject;
}
