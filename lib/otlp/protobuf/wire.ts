import { MalformedOtlpError } from '../errors.ts';
import { FIELD_NUMBERS, type FieldSchema, messageNumber, OTLP_MESSAGES } from './schema.ts';

/** Wire types of the protobuf encoding (https://protobuf.dev/programming-guides/encoding/#structure). */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** The low 32 bits, unsigned, of the varint at `at`. Higher bits are cut off, as protobuf parsers do. */
export function varint32At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] as number;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** The high 32 bits, unsigned, of the varint at `at`. */
export function varintHigh32At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i] as number;
    if (i === 4) value = (byte & 0x7f) >>> 4;
    else if (i > 4) value |= (byte & 0x7f) << (7 * i - 32);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** The four bytes at `at`, little-endian, unsigned. */
export function fixed32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

const doubleBytes = new Uint8Array(8);
const doubleView = new DataView(doubleBytes.buffer);

/** The double in the eight bytes at `at`. */
export function float64At(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 8; i++) doubleBytes[i] = bytes[at + i] as number;
  return doubleView.getFloat64(0, true);
}

/** The wire type that a field must have. */
export function wireTypeOf(field: FieldSchema): number {
  switch (field.type) {
    case 'bool':
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'SpanKind':
    case 'StatusCode':
      return VARINT;
    case 'fixed64':
    case 'double':
      return FIXED64;
    case 'fixed32':
      return FIXED32;
    default:
      return LENGTH_DELIMITED;
  }
}

export const UNKNOWN_FIELD = -1;
/** A field that contains message `n` has kind `MESSAGE_KIND + n`; kinds below that are wire types. */
export const MESSAGE_KIND = 8;

/** The kind of each field, at `message number * FIELD_NUMBERS + field number`. */
export const FIELD_KINDS: Int8Array = new Int8Array(OTLP_MESSAGES.length * FIELD_NUMBERS).fill(UNKNOWN_FIELD);

for (const [number, message] of OTLP_MESSAGES.entries()) {
  for (const field of message.fields) {
    const nested = messageNumber(field.type);
    FIELD_KINDS[number * FIELD_NUMBERS + field.number] = nested < 0 ? wireTypeOf(field) : MESSAGE_KIND + nested;
  }
}

const CUT_OFF = 'the message is cut off inside a value';
/** There is no tag or length. */
const FAILED = -1;
const WIRE_TYPE_NAMES = ['varint', 'fixed64', 'length-delimited', 'group', 'group', 'fixed32'];

/** The tag that precedes a value: field number and wire type in one number. */
export function tagOf(fieldNumber: number, wireType: number): number {
  return fieldNumber * 8 + wireType;
}

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
    const length = this.bytes[start] as number;
    const valueEnd = start + 1 + length;
    // Also false if no length is left: its value would end after the end.
    if (length < 0x80 && valueEnd <= this.end) {
      this.offset = start + 1;
      return valueEnd;
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

/** The problem with a known field whose wire type is not the one in the `.proto` file. */
export function wrongWireType(what: string, tag: number): string {
  return `${what}: unexpected wire type ${tag & 7} (${WIRE_TYPE_NAMES[tag & 7]}) of field ${tag >>> 3}`;
}
