import { OttlEvaluationError } from '../errors.ts';
import { isList, isMap, NativeList, type OttlValue } from './value.ts';

/**
 * The largest depth of data that a converter parses (JSON, XML), because the result is walked by recursion. The
 * Collector allows 10,000.
 */
export const MAX_DATA_DEPTH = 1000;

/**
 * The limit of steps is this constant plus {@link STEPS_PER_BYTE} for each byte of the trace and each converter of the
 * condition. A step is one character, byte or item that is looked at.
 */
const STEPS_PER_TRACE = 4_000_000;
const STEPS_PER_BYTE = 16;
/** The largest value that a converter may make, in characters, bytes or items. */
const MAX_VALUE_SIZE = 4_000_000;

/** Created once each: a condition may fail on every span of a trace, and capturing a stack trace takes microseconds. */
const TOO_MUCH_WORK = new OttlEvaluationError(
  `the condition takes more than ${STEPS_PER_TRACE} steps and ${STEPS_PER_BYTE} for each byte of the trace and each of its converters`,
);
const TOO_LARGE = new OttlEvaluationError(`a value is larger than ${MAX_VALUE_SIZE} characters, bytes or items`);

/**
 * The work that one condition may do on one trace. Without a limit, the sender of a trace could choose it: a list of
 * the resource that is searched for each span takes the product of two sizes.
 */
export class Work {
  #steps = 0;
  readonly #limit: number;

  /** @param converters how many the condition calls: each may read the whole trace */
  constructor(traceBytes: number, converters: number) {
    this.#limit = STEPS_PER_TRACE + STEPS_PER_BYTE * traceBytes * Math.max(1, converters);
  }

  /** Steps done so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Adds steps. @throws {OttlEvaluationError} when the limit is exceeded */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#limit) throw TOO_MUCH_WORK;
  }

  /** Adds the size of a value, without what is inside its parts. @throws as {@link spend}, and when it is too large */
  spendOn(value: OttlValue): void {
    const size = sizeOf(value);
    checkSize(size);
    this.spend(size);
  }
}

/** @throws {OttlEvaluationError} when a value of this size would be larger than {@link MAX_VALUE_SIZE} */
export function checkSize(size: number): void {
  if (size > MAX_VALUE_SIZE) throw TOO_LARGE;
}

/** The number of characters, bytes or items of a value; 1 for any other type. */
export function sizeOf(value: OttlValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array || isList(value)) return value.length;
  if (value instanceof NativeList) return value.items.length;
  return isMap(value) ? value.size : 1;
}
