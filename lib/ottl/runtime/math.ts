import { OttlEvaluationError } from '../errors.ts';
import { Duration, Time } from '../go/time.ts';
import type { MathOperator } from '../parser/syntax-tree.ts';
import { type OttlValue, typeName } from './value.ts';

/**
 * Arithmetic by the rules of OTTL (pkg/ottl/LANGUAGE.md, "Math Expressions"). Two ints give an int: it wraps at 64
 * bits, and division drops the fraction. A double on either side gives a double. Times and durations can be added and
 * subtracted.
 * @throws {OttlEvaluationError} for other types, and for a division by 0
 */
export function calculate(a: OttlValue, operator: MathOperator, b: OttlValue): OttlValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return ofInts(a, operator, b);
  if (isNumber(a) && isNumber(b)) return ofDoubles(Number(a), operator, Number(b));
  const result =
    a instanceof Time ? ofTime(a, operator, b) : a instanceof Duration ? ofDuration(a, operator, b) : undefined;
  if (result !== undefined) return result;
  throw new OttlEvaluationError(`cannot calculate ${typeName(a)} ${operator} ${typeName(b)}`);
}

/** A minus in front of a path or converter. @throws {OttlEvaluationError} when the value is not a number */
export function negate(value: OttlValue): OttlValue {
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  if (typeof value === 'number') return -value;
  throw new OttlEvaluationError(`cannot negate ${typeName(value)}`);
}

function isNumber(value: OttlValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** int64 arithmetic: wraps around, and truncates quotients towards zero. */
function ofInts(a: bigint, operator: MathOperator, b: bigint): bigint {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, a + b);
    case '-':
      return BigInt.asIntN(64, a - b);
    case '*':
      return BigInt.asIntN(64, a * b);
    case '/':
      if (b === 0n) throw new OttlEvaluationError('division by 0');
      return BigInt.asIntN(64, a / b);
  }
}

function ofDoubles(a: number, operator: MathOperator, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new OttlEvaluationError('division by 0');
      return a / b;
  }
}

/** A time plus or minus a duration is a time; a time minus a time is a duration. */
function ofTime(a: Time, operator: MathOperator, b: OttlValue): OttlValue | undefined {
  if (operator === '+' && b instanceof Duration) return new Time(a.unixNanos + b.nanos, a.offset);
  if (operator === '-' && b instanceof Duration) return new Time(a.unixNanos - b.nanos, a.offset);
  if (operator === '-' && b instanceof Time) return new Duration(saturated(a.unixNanos - b.unixNanos));
  return undefined;
}

/** The difference of two times is cut off at the longest duration instead of wrapping (Go's `Time.Sub`). */
function saturated(nanos: bigint): bigint {
  const max = 2n ** 63n - 1n;
  if (nanos > max) return max;
  return nanos < -max - 1n ? -max - 1n : nanos;
}

/** A duration plus or minus a duration, or plus a time. */
function ofDuration(a: Duration, operator: MathOperator, b: OttlValue): OttlValue | undefined {
  if (operator === '+' && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  if (operator === '-' && b instanceof Duration) return new Duration(a.nanos - b.nanos);
  if (operator === '+' && b instanceof Time) return new Time(b.unixNanos + a.nanos, b.offset);
  return undefined;
}
