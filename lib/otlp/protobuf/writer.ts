const EMPTY = new Uint8Array(0);

/**
 * Writes protobuf into a buffer that grows. The caller reserves room first ({@link WireWriter.ensure}), once for
 * several values: the writing methods do not check for it. 64-bit values are given as two unsigned halves.
 */
export class WireWriter {
  bytes: Uint8Array = EMPTY;
  /** The number of bytes written so far. */
  offset = 0;
  /** Of `bytes`. */
  view: DataView = new DataView(EMPTY.buffer);

  constructor(capacity: number) {
    this.#grow(capacity);
  }

  /** Reserves room for `length` more bytes. `bytes` may be another array afterwards. */
  ensure(length: number): void {
    if (this.offset + length > this.bytes.length) this.#grow(Math.max(this.bytes.length * 2, this.offset + length));
  }

  /** The bytes written so far, not copied. The memory after them is not cleared: `.buffer` must not be passed on. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.offset);
  }

  varint32(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.offset++] = rest;
  }

  varint64(low: number, high: number): void {
    let lowRest = low;
    let highRest = high;
    while (highRest !== 0) {
      this.bytes[this.offset++] = (lowRest & 0x7f) | 0x80;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    this.varint32(lowRest);
  }

  fixed32(value: number): void {
    this.view.setUint32(this.offset, value, true);
    this.offset += 4;
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    this.view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  /** Writes a whole length-delimited field. */
  lengthDelimited(tag: number, value: Uint8Array): void {
    this.varint32(tag);
    this.varint32(value.length);
    this.bytes.set(value, this.offset);
    this.offset += value.length;
  }

  /** Reserves one byte for a length. @returns the offset at which the value starts */
  beginLengthDelimited(): number {
    this.offset++;
    return this.offset;
  }

  /**
   * Writes the length of the value that started at `start`. A value of more than 127 bytes moves to make room for it.
   */
  endLengthDelimited(start: number): void {
    const length = this.offset - start;
    if (length > 0x7f) {
      this.ensure(4);
      const extra = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
      this.bytes.copyWithin(start + extra, start, this.offset);
      this.offset = start - 1;
      this.varint32(length);
      this.offset += length;
    } else {
      this.bytes[start - 1] = length;
    }
  }

  #grow(capacity: number): void {
    // biome-ignore lint/style/noRestrictedGlobals: to clear memory costs a twentieth of a JSON body; all of it is written.
    const grown = new Uint8Array(Buffer.allocUnsafeSlow(capacity).buffer);
    grown.set(this.bytes.subarray(0, this.offset));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
