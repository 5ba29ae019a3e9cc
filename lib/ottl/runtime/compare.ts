import { compareBytes } from '../compare-bytes.ts';
import { compareText } from '../compare-text.ts';
import { deepEqual, equalsLiteral } from '../deep-equal.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import type { ComparisonOperator } from '../parser/syntax-tree.ts';
import { Duration, NativeList, type OttlValue, Time } from './value.ts';

/** How two values stand to each other: an order below, at or above 0, NaN (a number that is none), or not comparable. */
type Order = number | 'equal' | 'different';

/**
 * Compares as OTTL does. Values of different types are different, and neither less nor greater; ints and doubles
 * compare as numbers. Nil equals nil, also for `<=` and `>=`, and empty bytes are nil. Lists, maps and IDs are only equal
 * or different.
 * @throws {OttlEvaluationError} for two lists of strings made by converters, at which the Collector panics.
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

/** NaN when one of them is. */
function orderOfNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

function isEqual(a: OttlValue, b: OttlValue): boolean {
  if (a instanceof NativeList && b instanceof NativeList) return deepEqual(a, b);
  if (a instanceof NativeList) return Array.isArray(b) && a.element === 'any' && equalsLiteral(b, a.items);
  if (b instanceof NativeList) return Array.isArray(a) && b.element === 'any' && equalsLiteral(a, b.items);
  return deepEqual(a, b);
}
