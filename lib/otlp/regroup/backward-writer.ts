/** What a `Buffer` can, and a `Uint8Array` cannot: copy `[start, end)` into another array without a view of it. */
interface RangeCopier {
  copy(target: Uint8Array, targetStart: number, start: number, end: number): number;
}

/**
 * Writes protobuf made of pieces of `source`, from the end to the start: a message is written before its length, so
 * nothing must be measured first.
 */
export class BackwardWriter {
  readonly bytes: Uint8Array;
  /** Where the bytes written so far start. */
  offset: number;
  readonly #source: RangeCopier;

  /** @param capacity at least the size of everything that will be written, in bytes */
  constructor(source: Uint8Array, capacity: number) {
    // biome-ignore lint/style/noRestrictedGlobals: `set` of a Uint8Array needs a new view for each range: 100 bytes a span.
    this.#source = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    this.bytes = new Uint8Array(capacity);
    this.offset = capacity;
  }

  copy(start: number, end: number): void {
    this.offset -= end - start;
    this.#source.copy(this.bytes, this.offset, start, end);
  }

  /** Makes a length-delimited field of what has been written since `offset` was `end`. @param tag below 128 */
  lengthAndTag(end: number, tag: number): void {
    let length = end - this.offset;
    // A byte for each seven bits.
    this.offset -= ((38 - Math.clz32(length | 1)) / 7) | 0;
    let at = this.offset;
    for (; length > 0x7f; length >>>= 7) this.bytes[at++] = (length & 0x7f) | 0x80;
    this.bytes[at] = length;
    this.bytes[--this.offset] = tag;
  }
}
