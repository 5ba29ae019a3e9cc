import { EMPTY_MESSAGE, endOfShortRun, FieldCursor, joinFields } from '../protobuf/field-cursor.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, tagOf } from '../protobuf/wire-values.ts';
import { writeKeyValues } from './any-value.ts';
import { type FieldFormat, type MessageWriter, type PreparedField, prepared } from './field-format.ts';
import { json } from './piece.ts';
import { writeScalar } from './write-scalar.ts';
import type { JsonWriter } from './writer.ts';

const CLOSE = json('}');
const CLOSE_ARRAY = json(']');
const COMMA = json(',');
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * The JSON mapping of one type of protobuf message, from bytes to bytes
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). Fields are written in the order of the list,
 * whatever their order on the wire. Left out are default values, and fields that are not in the list: JSON has no key
 * for what the `.proto` files do not know.
 *
 * A message must not contain its own type: the object keeps the places of the fields of the message that it is writing.
 */
export class MessageJson implements MessageWriter {
  readonly #fields: readonly PreparedField[];
  /** Indexed by the tag on the wire. */
  readonly #byTag: readonly (PreparedField | undefined)[];
  /** By field number: the offset of its first tag, or -1; the start and the end of its last value. */
  readonly #first: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** Bit n is set if field n occurs more than once. */
  #repeated = 0;

  /** @param fields in ascending order of their numbers, as encoders write them */
  constructor(fields: readonly FieldFormat[]) {
    this.#fields = fields.map(prepared);
    const size = Math.max(...fields.map(([number]) => number)) + 1;
    const byTag: (PreparedField | undefined)[] = new Array(size * 8).fill(undefined);
    for (const field of this.#fields) byTag[tagOf(field.number, field.wireType)] = field;
    this.#byTag = byTag;
    this.#first = new Int32Array(size);
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
  }

  /** Writes the message in `bytes[start, end)` as an object. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    const before = out.length;
    this.writeRest(out, before, bytes, start, start, end);
    out.open(before, OPEN_BRACE);
    out.piece(CLOSE);
  }

  /**
   * Writes the fields of a message from the one at `rest` on, each with a comma before it. Those before `rest` have been
   * written like this, from the length `before` on, and their numbers are in ascending order, below that of the next. A
   * negative `rest` means that they are not: what has been written is taken back, and all fields are written.
   */
  writeRest(out: JsonWriter, before: number, bytes: Uint8Array, start: number, rest: number, end: number): void {
    if (rest < 0 || !this.#writeInOrder(out, bytes, rest, end)) {
      out.length = before;
      this.#writeInAnyOrder(out, bytes, start, end);
    }
  }

  /**
   * The fast path for what encoders write: known fields in ascending order with short tags and lengths. Returns false
   * for anything else, also for damaged bytes; the caller then takes back what has been written.
   */
  #writeInOrder(out: JsonWriter, bytes: Uint8Array, start: number, end: number): boolean {
    const byTag = this.#byTag;
    let last = 0;
    for (let at = start; at < end; ) {
      const first = at;
      let tag = bytes[at++] as number;
      if (tag > 0x7f) tag = (tag & 0x7f) | ((bytes[at++] as number) << 7);
      const field = tag > last && tag < byTag.length ? byTag[tag] : undefined;
      if (field === undefined) return false;
      last = tag;
      let from = at;
      if (field.isRepeated) {
        at = endOfShortRun(bytes, first, end, tag);
        if (at === first) return false;
      } else if ((tag & 7) === LENGTH_DELIMITED) {
        let length = bytes[from++] as number;
        if (length > 0x7f) length = (length & 0x7f) | ((bytes[from++] as number) << 7);
        if (length > MAX_SHORT_LENGTH) return false;
        at = from + length;
      } else {
        at += (tag & 7) === FIXED64 ? 8 : (tag & 7) === FIXED32 ? 4 : varintLength(bytes, at);
      }
      // Also true when the bytes end before the length, which makes `at` NaN.
      if (!(at <= end)) return false;
      writeField(out, bytes, field, first, from, at);
    }
    return true;
  }

  #writeInAnyOrder(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    this.#find(bytes, start, end);
    for (const field of this.#fields) this.#writeFound(out, bytes, field);
  }

  /** Finds the fields of the message in `bytes[start, end)`. */
  #find(bytes: Uint8Array, start: number, end: number): void {
    this.#first.fill(-1);
    this.#repeated = 0;
    const cursor = new FieldCursor(bytes, start, end);
    for (let at = start; cursor.next(); at = cursor.offset) this.#found(cursor.field, at, cursor.from, cursor.to);
  }

  #found(field: number, tagAt: number, from: number, to: number): void {
    const first = this.#first;
    if (field >= first.length) return;
    if (first[field] === -1) first[field] = tagAt;
    else this.#repeated |= 1 << field;
    this.#from[field] = from;
    this.#to[field] = to;
  }

  /** Writes one field of the message that was read last, with a comma before it; nothing when it is missing. */
  #writeFound(out: JsonWriter, bytes: Uint8Array, field: PreparedField): void {
    const { number } = field;
    const first = this.#first[number] as number;
    if (first < 0) return;
    const from = this.#from[number] as number;
    const to = this.#to[number] as number;
    if (field.message === undefined || (this.#repeated & (1 << number)) === 0) {
      writeField(out, bytes, field, first, from, to);
    } else {
      const message = joinFields(bytes, first, to, number) ?? EMPTY_MESSAGE;
      writeField(out, message.bytes, field, message.from, message.from, message.to);
    }
  }
}

/**
 * Writes a field, unless it has its default value. The value is in `bytes[from, to)`; all values of a repeated field
 * are in `bytes[first, to)`, with their tags.
 */
function writeField(
  out: JsonWriter,
  bytes: Uint8Array,
  { number, key, scalar, message, element }: PreparedField,
  first: number,
  from: number,
  to: number,
): void {
  if (scalar !== undefined) {
    writeScalar(out, key, scalar, bytes, from, to);
    return;
  }
  out.piece(key);
  if (message !== undefined) message.write(out, bytes, from, to);
  else if (element !== undefined) writeRepeated(out, element, bytes, first, to, number);
  else writeKeyValues(out, bytes, first, to, number);
}

function writeRepeated(
  out: JsonWriter,
  type: 'string' | MessageWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
): void {
  const before = out.length;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    out.piece(COMMA);
    if (type === 'string') out.string(bytes, cursor.from, cursor.to);
    else type.write(out, bytes, cursor.from, cursor.to);
  }
  out.open(before, OPEN_BRACKET);
  out.piece(CLOSE_ARRAY);
}

/** The largest length that fits into two bytes. */
const MAX_SHORT_LENGTH = 0x3fff;

function varintLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while (length < 10 && (bytes[at + length - 1] as number) > 0x7f) length++;
  return length;
}
