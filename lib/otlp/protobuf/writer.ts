/**
 * Sorts the fields of messages in ascending order after they have been written in any order. Messages may be nested:
 * {@link begin} and {@link end} pair like brackets.
 */
export class FieldOrder {
  readonly #writer: WireWriter;
  /** Field numbers and start offsets, for all messages that have begun and not ended. */
  readonly #numbers: number[] = [];
  readonly #starts: number[] = [];
  #count = 0;

  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  /** Begins a message. Returns the argument for {@link FieldOrder.end}. */
  begin(): number {
    return this.#count;
  }

  /** Begins a field, or a run of its repetitions. Call it once per message and field. */
  add(fieldNumber: number): void {
    this.#numbers[this.#count] = fieldNumber;
    this.#starts[this.#count] = this.#writer.offset;
    this.#count++;
  }

  /** Ends the message here. */
  end(first: number): void {
    for (let i = first + 1; i < this.#count; i++) {
      if ((this.#numbers[i] as number) < (this.#numbers[i - 1] as number)) {
        this.#sort(first);
        break;
      }
    }
    this.#count = first;
  }

  #sort(first: number): void {
    const writer = this.#writer;
    const end = writer.offset;
    const start = this.#starts[first] as number;
    // A temporary copy of the unsorted fields, after the end.
    writer.ensure(end - start);
    const { bytes } = writer;
    bytes.copyWithin(end, start, end);
    const fields = Array.from({ length: this.#count - first }, (_, i) => first + i);
    fields.sort((a, b) => (this.#numbers[a] as number) - (this.#numbers[b] as number));
    let to = start;
    for (const field of fields) {
      const from = this.#starts[field] as number;
      const length = (field + 1 < this.#count ? (this.#starts[field + 1] as number) : end) - from;
      bytes.copyWithin(to, end + from - start, end + from - start + length);
      to += length;
    }
  }
}

const EMPTY = new Uint8Array(0);

/**
 * Writes protobuf into a buffer that grows. The caller must reserve room first ({@link WireWriter.ensure}), once for
 * several values; the writing methods do not check it. 64-bit values are given as two unsigned halves.
 */
export class WireWriter {
  bytes: Uint8Array = EMPTY;
  /** The number of bytes written. */
  offset = 0;
  #view = new DataView(EMPTY.buffer);

  constructor(capacity: number) {
    this.#grow(capacity);
  }

  /** Reserves room for this many more bytes. `bytes` may be another array afterwards. */
  ensure(length: number): void {
    if (this.offset + length > this.bytes.length) this.#grow(Math.max(this.bytes.length * 2, this.offset + length));
  }

  /** Returns what has been written, without a copy. */
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
    this.#view.setUint32(this.offset, value, true);
    this.offset += 4;
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    this.#view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  /** Writes a whole length-delimited field. */
  lengthDelimited(tag: number, value: Uint8Array): void {
    this.varint32(tag);
    this.varint32(value.length);
    this.bytes.set(value, this.offset);
    this.offset += value.length;
  }

  /** Reserves a byte for a length and returns where the value starts. */
  beginLengthDelimited(): number {
    this.offset++;
    return this.offset;
  }

  /**
   * Writes the length of the value that starts at `start`. Moves the value if its length needs more than the one byte.
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
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes);
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
