import { type Fault, MalformedOtlpError } from '../errors.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire-values.ts';

const CUT_OFF = 'the message is cut off inside a value';

/** There is no tag or length. */
const FAILED = -1;

/** Of more than two bytes: longer than all bytes. */
const NOT_SHORT = 0x3fffffff;

/**
 * Reads protobuf from bytes, one value at a time, without allocating. `offset` moves forward. It reads nothing at or
 * after `end`, which the caller may move in and out to read nested messages:
 *
 * @example
 * ```ts
 * const cursor = new WireCursor(bytes);
 * while (cursor.offset < cursor.end) {
 *   const tag = cursor.tag();
 *   if (tag === tagOf(1, LENGTH_DELIMITED)) {
 *     const end = cursor.lengthDelimitedEnd(); // the value is bytes.subarray(cursor.offset, end)
 *     cursor.offset = end;
 *   } else cursor.skip(tag);
 * }
 * ```
 *
 * Every method throws {@link MalformedOtlpError} if the value is cut off at `end` or is not valid protobuf. It is as
 * strict as the strictest known reader (protobufjs): lengths and tags have at most 5 bytes, other varints at most 10,
 * field numbers are at least 1, and groups are not supported. {@link FaultCursor} records the error instead.
 */
export class WireCursor {
  readonly bytes: Uint8Array;
  offset: number;
  end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  /** Reads a tag: the field number is `tag >>> 3`, the wire type `tag & 7`. */
  tag(): number {
    const start = this.offset;
    const tag = this.bytes[start] as number;
    if (start < this.end && tag < 0x80 && tag > 7) {
      this.offset = start + 1;
      return tag;
    }
    return this.#longTag(start);
  }

  /** Reads a length and returns the offset at which the value after it ends. The value starts at `offset`. */
  lengthDelimitedEnd(): number {
    const start = this.offset;
    let at = start;
    let length = this.bytes[at++] as number;
    if (length > 0x7f) {
      const high = this.bytes[at++] as number;
      length = high > 0x7f ? NOT_SHORT : (length & 0x7f) | (high << 7);
    }
    // If no length is left, its value would end after the end.
    if (at + length <= this.end) {
      this.offset = at;
      return at + length;
    }
    return this.#longLength(start);
  }

  /** Reads the low 32 bits of a varint as an unsigned number (use `| 0` for int32 and enums). */
  varint32(): number {
    const start = this.offset;
    const first = this.bytes[start] as number;
    if (start < this.end && first < 0x80) {
      this.offset = start + 1;
      return first;
    }
    let value = 0;
    const last = this.#varintEnd() - 1;
    for (let i = start, shift = 0; i <= last && shift < 32; i++, shift += 7) {
      value |= ((this.bytes[i] as number) & 0x7f) << shift;
    }
    return value >>> 0;
  }

  /** Reads a varint as an unsigned 64-bit number (use `BigInt.asIntN(64, …)` for int64). */
  varint64(): bigint {
    const start = this.offset;
    const last = this.#varintEnd() - 1;
    let value = 0n;
    for (let i = last; i >= start; i--) {
      value = (value << 7n) | BigInt((this.bytes[i] as number) & 0x7f);
    }
    return BigInt.asUintN(64, value);
  }

  /** Skips the value after `tag`. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.#varintEnd();
        return;
      case FIXED64:
        this.#move(8);
        return;
      case LENGTH_DELIMITED:
        this.offset = this.lengthDelimitedEnd();
        return;
      case FIXED32:
        this.#move(4);
        return;
      default:
        this.fail(`unsupported wire type ${tag & 7} of field ${tag >>> 3}`, this.offset);
    }
  }

  /** Called if the message that ends at `end` cannot be read further. */
  protected fail(problem: string, offset: number): void {
    throw new MalformedOtlpError(problem, offset);
  }

  #move(length: number): void {
    if (this.offset + length > this.end) this.fail(CUT_OFF, this.offset);
    else this.offset += length;
  }

  /** Skips a varint and returns the offset after it. */
  #varintEnd(): number {
    const start = this.offset;
    const limit = Math.min(this.end, start + 10);
    for (let i = start; i < limit; i++) {
      if ((this.bytes[i] as number) < 0x80) {
        this.offset = i + 1;
        return i + 1;
      }
    }
    this.fail(limit === this.end ? CUT_OFF : 'expected a varint of at most 10 bytes', start);
    return this.offset;
  }

  #longTag(start: number): number {
    const tag = this.#uint32(start, 0x0f, 'tag');
    if (tag >= 0 && tag >>> 3 === 0) this.fail('expected a field number of at least 1', start);
    return tag;
  }

  #longLength(start: number): number {
    const length = this.#uint32(start, 0x07, 'length');
    const valueEnd = this.offset + length;
    if (length >= 0 && valueEnd <= this.end) return valueEnd;
    if (length >= 0) {
      const rest = this.end - this.offset;
      this.fail(`length ${length} is more than the remaining ${rest} bytes`, start);
    }
    return this.end;
  }

  /** {@link FAILED} if there is none. */
  #uint32(start: number, largestFifthByte: number, what: string): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      if (start + i >= this.end) {
        this.fail(CUT_OFF, start);
        return FAILED;
      }
      const byte = this.bytes[start + i] as number;
      if (i === 4 && byte > largestFifthByte) break;
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.offset = start + i + 1;
        return value >>> 0;
      }
    }
    this.fail(`expected a ${what} of at most ${what === 'tag' ? 32 : 31} bits`, start);
    return FAILED;
  }
}

/**
 * Reads protobuf that may be damaged, without throwing: it keeps the first fault, treats the message as read to its
 * `end`, and the reader goes on after it. So a damaged message costs its sender only that message, and a request with
 * millions of them does not cost as many stack traces.
 */
export class FaultCursor extends WireCursor {
  /** Of all bytes. */
  readonly view: DataView;
  /** The first fault since the last call of {@link takeFault}; undefined if there was none. */
  fault: Fault | undefined = undefined;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Returns {@link fault}, and forgets it. */
  takeFault(): Fault | undefined {
    const { fault } = this;
    this.fault = undefined;
    return fault;
  }

  /** Keeps a fault unless there is one already. The cursor stays where it is. */
  note(problem: string, offset: number): void {
    this.fault ??= { problem, offset };
  }

  protected override fail(problem: string, offset: number): void {
    this.note(problem, offset);
    this.offset = this.end;
  }
}
