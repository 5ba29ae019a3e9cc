/** The most bytes that {@link TextStore.recycle} keeps. */
const MOST_KEPT = 8 * 1024 * 1024;

/**
 * Holds texts until they are recycled. They share large buffers, because allocating a buffer for each costs more than writing its
 * content. New memory costs about as much again.
 */
export class TextStore {
  readonly #capacity: number;
  /** The next text goes to {@link #used}. */
  #buffer: Uint8Array = new Uint8Array(0);
  #used = 0;
  /** The buffers before it. */
  readonly #full: Uint8Array[] = [];
  /** Buffers to go on with. */
  readonly #free: Uint8Array[] = [];

  /** @param capacity the size of a buffer, in bytes */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A copy of the text, which is not longer than a buffer. */
  keep(text: Uint8Array): Uint8Array {
    if (this.#used + text.length > this.#buffer.length) this.#goOn();
    const start = this.#used;
    this.#used += text.length;
    this.#buffer.set(text, start);
    return this.#buffer.subarray(start, this.#used);
  }

  /** Gives up all texts: the next ones overwrite them. At most 8 MiB are kept for that. */
  recycle(): void {
    this.#free.push(...this.#full);
    this.#full.length = 0;
    this.#used = 0;
  }

  #goOn(): void {
    const mayBeKept = (this.#full.length + this.#free.length + 2) * this.#capacity <= MOST_KEPT;
    if (this.#buffer.length > 0 && mayBeKept) this.#full.push(this.#buffer);
    this.#buffer = this.#free.pop() ?? new Uint8Array(this.#capacity);
    this.#used = 0;
  }
}
