/** Up to this many bytes are copied one by one. */
const SHORT = 32;

/**
 * Writes protobuf from the end to the start, made of pieces of `source`: a message comes before its length, so that nothing
 * must be measured first.
 */
export class BackwardWriter {
  readonly bytes: Uint8Array;
  /** Where the bytes written so far start. */
  offset: number;
  readonly #source: Uint8Array;

  /** @param capacity At least what will be written, in bytes. */
  constructor(source: Uint8Array, capacity: number) {
    this.#source = source;
    this.bytes = new Uint8Array(capacity);
    this.offset = capacity;
  }

  copy(start: number, end: number): void {
    this.offset -= end - start;
    this.bytes.set(this.#source.subarray(start, end), this.offset);
  }

  /** Copies `pieces[first, end)`: pairs of start and end, in the order in which they will be read. */
  copyPieces(pieces: readonly number[], first: number, end: number): void {
    for (let i = end - 2; i >= first; i -= 2) {
      const from = pieces[i] as number;
      const to = pieces[i + 1] as number;
      if (to - from > SHORT) this.copy(from, to);
      else this.#copyShort(from, to);
    }
  }

  /** A request may consist of millions of pieces of two bytes: no view for each of their copies. */
  #copyShort(start: number, end: number): void {
    this.offset -= end - start;
    for (let from = start, to = this.offset; from < end; from++, to++) this.bytes[to] = this.#source[from] as number;
  }

  /** Makes what has been written since `offset` was `end` a length-delimited field. @param tag Below 128. */
  lengthAndTag(end: number, tag: number): void {
    let length = end - this.offset;
    let size = 1;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) size++;
    this.offset -= size;
    let at = this.offset;
    for (; length > 0x7f; length >>>= 7) this.bytes[at++] = (length & 0x7f) | 0x80;
    this.bytes[at] = length;
    this.bytes[--this.offset] = tag;
  }
}
