import { OttlEvaluationError } from '../errors.ts';
import { encodeGoString } from '../go/go-string.ts';
import { Duration, Time } from '../go/time.ts';
import type { ComparisonOperator } from '../parser/syntax-tree.ts';
import { Id, NativeInt, NativeList, Opaque, type OttlMap, type OttlValue } from './value.ts';

/**
 * A comparison by the rules of OTTL (pkg/ottl/LANGUAGE.md, "Comparison Rules"). Values of different types are not
 * equal, and neither less nor greater; ints and doubles compare as numbers. Nil equals nil, also for `<=` and `>=`, and
 * empty bytes are nil. Lists, maps and IDs are equal or different, without an order.
 * @throws {OttlEvaluationError} for two lists of strings made by converters: the Collector panics there
 */
export function compare(a: OttlValue, b: OttlValue, operator: ComparisonOperator): boolean {
  if (typeof a === 'string' && typeof b === 'string' && (operator === '==' || operator === '!=')) {
    return (a === b) === (operator === '==');
  }
  const order = orderOf(a, b);
  if (typeof order === 'number') return holds(order, operator);
  switch (operator) {
    case '==':
      refuseTextLists(a, b);
      return order === 'equal';
    case '!=':
      refuseTextLists(a, b);
      return order === 'different';
    case '<=':
    case '>=':
      return order === 'equal' && isNil(a);
    default:
      return false;
  }
}

function refuseTextLists(a: OttlValue, b: OttlValue): void {
  if (isTextList(a) && isTextList(b))
    throw new OttlEvaluationError('lists of strings cannot be compared with each other');
}

function isTextList(value: OttlValue): boolean {
  return value instanceof NativeList && value.element === 'string';
}

/**
 * The outcome for two values: a number below, at or above 0, NaN when one of them is NaN, or values without an order.
 */
type Order = number | 'equal' | 'different';

function holds(order: number, operator: ComparisonOperator): boolean {
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function orderOf(a: OttlValue, b: OttlValue): Order {
  if (typeof a === 'string') return typeof b === 'string' ? orderOfTexts(a, b) : 'different';
  if (typeof a === 'bigint') {
    if (typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
    return typeof b === 'number' ? orderOfNumbers(Number(a), b) : 'different';
  }
  if (typeof a === 'number') {
    if (typeof b === 'bigint') return orderOfNumbers(a, Number(b));
    return typeof b === 'number' ? orderOfNumbers(a, b) : 'different';
  }
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : 'different';
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b) ? 'equal' : 'different';
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : 'different';
  if (a instanceof Duration) return b instanceof Duration ? orderOfInts(a.nanos, b.nanos) : 'different';
  if (a instanceof Time) return b instanceof Time ? orderOfInts(a.unixNanos, b.unixNanos) : 'different';
  return isEqual(a, b) ? 'equal' : 'different';
}

function isNil(value: OttlValue): boolean {
  return value === null || (value instanceof Uint8Array && value.length === 0);
}

function orderOfTexts(a: string, b: string): number {
  return a === b ? 0 : compareText(a, b);
}

function orderOfInts(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** NaN when one of the numbers is NaN. */
function orderOfNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

function isEqual(a: OttlValue, b: OttlValue): boolean {
  if (a instanceof NativeList && b instanceof NativeList) return deepEqual(a, b);
  if (a instanceof NativeList) return Array.isArray(b) && a.element === 'any' && equalsLiteral(b, a.items);
  if (b instanceof NativeList) return Array.isArray(a) && b.element === 'any' && equalsLiteral(a, b.items);
  return deepEqual(a, b);
}

/**
 * Whether a list of telemetry has the same items as a list literal. A map in a literal never equals one in telemetry,
 * because the Collector compares two different representations of it.
 */
function equalsLiteral(list: readonly OttlValue[], literal: readonly OttlValue[]): boolean {
  return list.length === literal.length && list.every((value, i) => itemEqualsLiteral(value, literal[i] ?? null));
}

function itemEqualsLiteral(value: OttlValue, literal: OttlValue): boolean {
  if (literal instanceof NativeList) {
    return literal.element === 'any' && Array.isArray(value) && equalsLiteral(value, literal.items);
  }
  return !(literal instanceof Map) && !Array.isArray(literal) && deepEqual(value, literal);
}

/** Equality inside of lists and maps: 1 and 1.0 differ, and the order of a map's keys does not matter. */
function deepEqual(a: OttlValue, b: OttlValue): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Map) return b instanceof Map && mapsEqual(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b);
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type;
  if (a instanceof Id) return b instanceof Id && a.hex === b.hex;
  if (a instanceof Time) return b instanceof Time && a.unixNanos === b.unixNanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof NativeInt) return b instanceof NativeInt && a.value === b.value;
  if (a instanceof NativeList)
    return b instanceof NativeList && a.element === b.element && listsEqual(a.items, b.items);
  return false;
}

function mapsEqual(a: OttlMap, b: OttlMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}

function listsEqual(a: readonly OttlValue[], b: readonly OttlValue[]): boolean {
  return a.length === b.length && a.every((value, i) => deepEqual(value, b[i] ?? null));
}

/** The order of two texts by their UTF-8 bytes, as Go compares strings: negative when `a` comes first. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    // The second half of a surrogate pair, or a byte outside of valid UTF-8.
    if (isLow(unitA) || isLow(unitB)) return compareBytes(encodeGoString(a), encodeGoString(b));
    return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Orders units by code point: surrogates stand for the highest characters, but are below U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

/** The order of two byte strings: negative when `a` comes first, 0 when they are equal. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
