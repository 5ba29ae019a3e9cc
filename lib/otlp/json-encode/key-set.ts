import { ContentTable } from '../content-table.ts';

/** Up to this many keys each is compared with each, which is fast for the usual handful; more go into a table. */
const FEW = 64;

/** The keys that a list of attributes has had so far, as ranges of its bytes. Reused for one list after the other. */
export class KeySet {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Start and end of each key. */
  readonly #ranges = new Int32Array(FEW * 2);
  #length = 0;
  /** Bit h is set when there is a key with hash h. Most keys are new, and this shows it without comparing. */
  #low = 0;
  #high = 0;
  #many: ContentTable | undefined;

  /** Forgets all keys. The next ones are in `bytes`. */
  reset(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#length = 0;
    this.#low = 0;
    this.#high = 0;
    this.#many = undefined;
  }

  /** Adds the key in `bytes[from, to)`; false when it is there already. */
  add(from: number, to: number): boolean {
    if (this.#many !== undefined) return this.#addToMany(from, to);
    const bytes = this.#bytes;
    const middle = bytes[(from + to) >> 1] as number;
    // The bytes around an empty key are no part of it.
    const hash = from === to ? 0 : (to - from) * 7 + middle * 3 + (bytes[to - 1] as number) * 5;
    const bit = 1 << (hash & 31);
    if ((hash & 32) === 0) {
      if ((this.#low & bit) !== 0 && this.#has(from, to)) return false;
      this.#low |= bit;
    } else {
      if ((this.#high & bit) !== 0 && this.#has(from, to)) return false;
      this.#high |= bit;
    }
    if (this.#length === FEW * 2) return this.#goToMany().#addToMany(from, to);
    this.#ranges[this.#length++] = from;
    this.#ranges[this.#length++] = to;
    return true;
  }

  #has(from: number, to: number): boolean {
    const ranges = this.#ranges;
    for (let i = 0; i < this.#length; i += 2) {
      const start = ranges[i] as number;
      if ((ranges[i + 1] as number) - start !== to - from) continue;
      let at = from;
      while (at < to && this.#bytes[at] === this.#bytes[start + at - from]) at++;
      if (at === to) return true;
    }
    return false;
  }

  #goToMany(): this {
    this.#many = new ContentTable();
    for (let i = 0; i < this.#length; i += 2) {
      this.#addToMany(this.#ranges[i] as number, this.#ranges[i + 1] as number);
    }
    return this;
  }

  #addToMany(from: number, to: number): boolean {
    return (this.#many as ContentTable).add(-1, this.#bytes, from, to);
  }
}
