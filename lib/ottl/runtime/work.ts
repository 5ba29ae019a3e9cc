import { OttlEvaluationError } from '../errors.ts';
import { isList, isMap, NativeList, type OttlValue } from './value.ts';

/**
 * How deep the parts of a condition may be nested: parentheses, lists, maps, calls, indices and `not`. Each operator of a
 * sum or product counts too, as what is left of it is its operand. What is made of a condition is walked by recursion.
 */
export const MAX_CONDITION_DEPTH = 100;

/** How deep the data that a converter reads may be: JSON, XML. The Collector goes to 10,000. */
export const MAX_DATA_DEPTH = 1000;

/**
 * Steps that any trace may cost, and further ones for each byte of it and each converter of the condition. A step is a character, a
 * byte or an item that is looked at.
 */
const STEPS_PER_TRACE = 4_000_000;
const STEPS_PER_BYTE = 16;
/** Characters, bytes or items of a value that a converter makes. */
export const MAX_VALUE_SIZE = 4_000_000;

/** Made once each: a condition may fail on every span of a trace, and taking down a stack costs microseconds. */
const TOO_MUCH_WORK = new OttlEvaluationError(
  `the condition takes more than ${STEPS_PER_TRACE} steps and ${STEPS_PER_BYTE} for each byte of the trace and each of its converters`,
);
const TOO_LARGE = new OttlEvaluationError(`a value is larger than ${MAX_VALUE_SIZE} characters, bytes or items`);

/**
 * What one condition may cost on one trace. Without a limit the data could choose: a list of the resource, looked through for
 * each span, makes the product of two sizes.
 */
export class Work {
  #steps = 0;
  readonly #limit: number;

  /** @param converters of the condition: each may look at all of the trace */
  constructor(traceBytes: number, converters: number) {
    this.#limit = STEPS_PER_TRACE + STEPS_PER_BYTE * traceBytes * Math.max(1, converters);
  }

  /** How many steps have been made. */
  get steps(): number {
    return this.#steps;
  }

  /** @throws {OttlEvaluationError} when the condition has made too many. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#limit) throw TOO_MUCH_WORK;
  }

  /** Counts the parts of a value, not what is within them. @throws as {@link spend}, and for a value that is too large */
  spendOn(value: OttlValue): void {
    const size = sizeOf(value);
    checkSize(size);
    this.spend(size);
  }
}

/** @throws {OttlEvaluationError} */
export function checkSize(size: number): void {
  if (size > MAX_VALUE_SIZE) throw TOO_LARGE;
}

/** Characters, bytes or items; 1 of anything else. */
export function sizeOf(value: OttlValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array || isList(value)) return value.length;
  if (value instanceof NativeList) return value.items.length;
  return isMap(value) ? value.size : 1;
}
