import { type AttributeValue, plainValueEnd, readAnyValue } from './attributes.ts';
import { asciiBytes, findAnyAttribute, findPlainValue } from './find-attribute.ts';
import { viewOf } from './wire-values.ts';

/** The sizes of `AnyValue` messages whose answers are remembered. Shorter ones are decoded as fast as compared. */
const MIN_REMEMBERED = 4;
const MAX_REMEMBERED = 64;
/** A power of two. */
const SLOTS = 128;
/** Most slots to look into. */
const PROBES = 4;

/**
 * A pure test of the values under one key, for many spans. Attributes mostly have the same few values, so the answer is
 * remembered under the bytes of the value, and a value that came before is not decoded again.
 *
 * @example
 * ```ts
 * const isApi = new AttributeTest('http.route', (value) => typeof value === 'string' && value.startsWith('/api/'));
 * trace.someAttribute(isApi);
 * ```
 */
export class AttributeTest {
  readonly #key: string;
  /** Undefined if the key is not ASCII. */
  readonly #keyBytes: Uint8Array | undefined;
  readonly #passes: (value: AttributeValue) => boolean;
  #answers: Answers | undefined;

  /** @param passes gives equal answers on equal values */
  constructor(key: string, passes: (value: AttributeValue) => boolean) {
    this.#key = key;
    this.#keyBytes = asciiBytes(key);
    this.#passes = passes;
  }

  /**
   * Whether the attribute that `findAttribute` finds among the same bytes passes; undefined if there is none.
   * @param view of the same bytes as `bytes`
   */
  answer(bytes: Uint8Array, view: DataView, start: number, end: number, field: number): boolean | undefined {
    const key = this.#keyBytes;
    const from = key === undefined ? ~start : findPlainValue(bytes, view, start, end, field, key);
    if (from < 0) return ~from === end ? undefined : this.#ofAnyForm(bytes, ~from, end, field);
    const to = plainValueEnd(bytes, from);
    const length = to - from;
    if (length < MIN_REMEMBERED || length > MAX_REMEMBERED) return this.#passes(readAnyValue(bytes, from, to));
    this.#answers ??= new Answers();
    return this.#answers.of(view, from, to) ?? this.#remember(bytes, view, from, to);
  }

  #ofAnyForm(bytes: Uint8Array, start: number, end: number, field: number): boolean | undefined {
    const value = findAnyAttribute(bytes, start, end, field, this.#key);
    return value === undefined ? undefined : this.#passes(value);
  }

  #remember(bytes: Uint8Array, view: DataView, from: number, to: number): boolean {
    const answer = this.#passes(readAnyValue(bytes, from, to));
    this.#answers?.set(bytes, view, from, to, answer);
    return answer;
  }
}

/** Answers under bytes, in a table of a fixed size. Where values have the same hash, a new one displaces another. */
class Answers {
  /** Copies, so that no fragment stays in memory. */
  readonly #bytes = new Uint8Array(SLOTS * MAX_REMEMBERED);
  readonly #view = viewOf(this.#bytes);
  /** 0 for a free slot. */
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #answers: boolean[] = new Array(SLOTS).fill(false);

  of(view: DataView, from: number, to: number): boolean | undefined {
    const hash = hashOf(view, from, to);
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (hash + probe) & (SLOTS - 1);
      const length = this.#lengths[slot] as number;
      if (length === 0) return undefined;
      if (length === to - from && this.#isEqual(slot, view, from, length)) return this.#answers[slot];
    }
    return undefined;
  }

  set(bytes: Uint8Array, view: DataView, from: number, to: number, answer: boolean): void {
    const hash = hashOf(view, from, to);
    let slot = hash & (SLOTS - 1);
    for (let probe = 1; probe < PROBES && this.#lengths[slot] !== 0; probe++) slot = (hash + probe) & (SLOTS - 1);
    this.#bytes.set(bytes.subarray(from, to), slot * MAX_REMEMBERED);
    this.#lengths[slot] = to - from;
    this.#answers[slot] = answer;
  }

  #isEqual(slot: number, view: DataView, from: number, length: number): boolean {
    const known = this.#view;
    const start = slot * MAX_REMEMBERED;
    // The last word overlaps the one before.
    const last = length - 4;
    if (known.getInt32(start + last, true) !== view.getInt32(from + last, true)) return false;
    for (let i = 0; i < last; i += 4) {
      if (known.getInt32(start + i, true) !== view.getInt32(from + i, true)) return false;
    }
    return true;
  }
}

/** A hash of the words in which texts of one kind differ: mostly the last, and that in the middle. */
function hashOf(view: DataView, from: number, to: number): number {
  const length = to - from;
  const middle = view.getInt32(from + ((length - 4) >> 1), true);
  return Math.imul(view.getInt32(to - 4, true) ^ Math.imul(middle, 0x85ebca77) ^ length, 0x9e3779b1) >>> 16;
}
