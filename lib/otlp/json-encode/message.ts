import { endOfShortRun, FieldCursor, joinFields } from '../protobuf/field-cursor.ts';
import { FIXED32, FIXED64, fixed32At, LENGTH_DELIMITED, tagOf, VARINT, varint32At } from '../protobuf/wire.ts';
import { isZeroAt } from '../regroup/span-scan.ts';
import { writeKeyValues } from './any-value.ts';
import { type JsonPiece, type JsonWriter, json } from './writer.ts';

/** A power of two. Enough for the resources and scopes of a few dozen processes. */
const SLOTS = 128;
const LARGEST_MESSAGE = 16 * 1024;

interface CachedJson {
  readonly message: DataView;
  readonly json: Uint8Array;
}

/**
 * Caches the JSON of messages that occur again and again with the same bytes, such as resources and scopes. It changes
 * nothing but the time that writing takes, and holds a bounded number of messages of bounded size.
 */
export class JsonCache {
  readonly #type: JsonMessage;
  readonly #slots: (CachedJson | undefined)[] = new Array(SLOTS).fill(undefined);

  constructor(type: JsonMessage) {
    this.#type = type;
  }

  /** Writes the message in `bytes[start, end)` as an object. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    if (end - start > LARGEST_MESSAGE) {
      this.#type.write(out, bytes, start, end);
      return;
    }
    const view = out.viewOf(bytes);
    const slot = hash(view, start, end) & (SLOTS - 1);
    const json = this.#jsonAt(slot, view, start, end) ?? this.#jsonAt(slot ^ 1, view, start, end);
    if (json !== undefined) {
      out.raw(json);
      return;
    }
    const before = out.length;
    this.#type.write(out, bytes, start, end);
    // Not `slice`, which copies nothing if the bytes are a Buffer.
    const copy = new Uint8Array(bytes.subarray(start, end));
    // The previous entry moves to the neighbouring slot, so that two messages that alternate do not evict each other.
    this.#slots[slot ^ 1] = this.#slots[slot];
    this.#slots[slot] = { message: new DataView(copy.buffer), json: out.copy(before) };
  }

  #jsonAt(slot: number, bytes: DataView, start: number, end: number): Uint8Array | undefined {
    const cached = this.#slots[slot];
    return cached !== undefined && isEqual(cached.message, bytes, start, end) ? cached.json : undefined;
  }
}

/** Four independent chains, which the processor can compute in parallel. */
function hash(bytes: DataView, start: number, end: number): number {
  let a = end - start;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    a = Math.imul(a ^ bytes.getInt32(at), 0x9e3779b1);
    b = Math.imul(b ^ bytes.getInt32(at + 4), 0x85ebca77);
    c = Math.imul(c ^ bytes.getInt32(at + 8), 0xc2b2ae3d);
    d = Math.imul(d ^ bytes.getInt32(at + 12), 0x27d4eb2f);
  }
  for (; at < end; at++) a = Math.imul(a ^ bytes.getUint8(at), 0x9e3779b1);
  const hashed = a ^ b ^ c ^ d;
  return hashed ^ (hashed >>> 16);
}

function isEqual(message: DataView, bytes: DataView, start: number, end: number): boolean {
  const length = message.byteLength;
  if (end - start !== length) return false;
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    const difference =
      (message.getInt32(at) ^ bytes.getInt32(start + at)) |
      (message.getInt32(at + 4) ^ bytes.getInt32(start + at + 4)) |
      (message.getInt32(at + 8) ^ bytes.getInt32(start + at + 8)) |
      (message.getInt32(at + 12) ^ bytes.getInt32(start + at + 12));
    if (difference !== 0) return false;
  }
  for (; at < length; at++) {
    if (message.getUint8(at) !== bytes.getUint8(start + at)) return false;
  }
  return true;
}

/**
 * Types of single values. `hex` is `bytes` with an ID; `otherId` is the ID of another span or trace, which is absent if
 * it is all zero. The others have the names of a `.proto` file.
 */
export type JsonScalar = 'string' | 'hex' | 'otherId' | 'uint32' | 'enum' | 'fixed32' | 'fixed64';

/** Writes a key and the value in `bytes[from, to)`, or nothing if the value is the default of its type. */
export function writeScalar(
  out: JsonWriter,
  key: JsonPiece,
  type: JsonScalar,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  switch (type) {
    case 'string':
      if (from === to) return;
      out.piece(key);
      out.string(bytes, from, to);
      break;
    case 'otherId':
      // The Collector leaves it out, too.
      if (isZeroAt(bytes, from, to - from)) return;
      out.piece(key);
      out.hex(bytes, from, to);
      break;
    case 'hex':
      if (from === to) return;
      out.piece(key);
      out.hex(bytes, from, to);
      break;
    case 'uint32':
      writeInteger(out, key, varint32At(bytes, from));
      break;
    case 'enum':
      writeInteger(out, key, varint32At(bytes, from) | 0);
      break;
    case 'fixed32':
      writeInteger(out, key, fixed32At(bytes, from));
      break;
    case 'fixed64': {
      const low = fixed32At(bytes, from);
      const high = fixed32At(bytes, from + 4);
      if (low === 0 && high === 0) return;
      out.piece(key);
      out.uint64(high, low);
    }
  }
}

function writeInteger(out: JsonWriter, key: JsonPiece, value: number): void {
  if (value === 0) return;
  out.piece(key);
  out.integer(value);
}

/**
 * How to write one field of a message: its number, its key in JSON, and its type. `X` is a message, `[X]` a repeated
 * one, a cache is a message that occurs again and again, `attributes` is a repeated `KeyValue`.
 */
export type JsonField = readonly [number: number, key: string, type: JsonFieldType];
type JsonFieldType = JsonScalar | readonly ['string'] | 'attributes' | JsonMessage | JsonCache | readonly [JsonMessage];

interface KeyedField {
  readonly number: number;
  /** With a comma before it. */
  readonly key: JsonPiece;
  readonly type: JsonFieldType;
  /** Whether it is a single message, which may occur in several parts. */
  readonly isMessage: boolean;
  readonly isRepeated: boolean;
}

const CLOSE = json('}');
const CLOSE_ARRAY = json(']');
const COMMA = json(',');
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Writes one type of protobuf message as OTLP JSON (OTLP specification, "JSON Protobuf Encoding"), from bytes to bytes.
 * Fields come in the order of the list, whatever their order on the wire. It leaves out default values and fields that
 * are not in the list, because JSON has no place for fields that the `.proto` files do not know.
 *
 * A message must not contain its own type, because this object holds the positions of the fields of the current
 * message.
 */
export class JsonMessage {
  readonly #fields: readonly KeyedField[];
  /** Indexed by the tag on the wire. */
  readonly #byTag: readonly (KeyedField | undefined)[];
  /** Indexed by field number: the position of the tag of its first occurrence, or -1; the range of its last value. */
  readonly #first: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** Bit n is set if field n occurs more than once. */
  #repeated = 0;

  /** @param fields in ascending order of their numbers, as encoders write them */
  constructor(fields: readonly JsonField[]) {
    this.#fields = fields.map(([number, key, type]) => ({
      number,
      key: json(`,"${key}":`),
      type,
      isMessage: type instanceof JsonMessage || type instanceof JsonCache,
      isRepeated: type === 'attributes' || Array.isArray(type),
    }));
    const size = Math.max(...fields.map(([number]) => number)) + 1;
    const byTag: (KeyedField | undefined)[] = new Array(size * 8).fill(undefined);
    for (const field of this.#fields) byTag[tagOf(field.number, wireTypeOf(field.type))] = field;
    this.#byTag = byTag;
    this.#first = new Int32Array(size);
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
  }

  /** Writes the message in `bytes[start, end)` as an object. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    const before = out.length;
    if (!this.#writeInOrder(out, bytes, start, end)) {
      out.length = before;
      this.#writeInAnyOrder(out, bytes, start, end);
    }
    out.open(before, OPEN_BRACE);
    out.piece(CLOSE);
  }

  /**
   * Fast path for what encoders write: known fields in ascending order with short tags and lengths. Returns false for
   * anything else, including damaged messages; the caller must then discard what has been written.
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
      // Also if there is no length, which makes `at` NaN.
      if (!(at <= end)) return false;
      writeField(out, bytes, field, first, from, at);
    }
    return true;
  }

  #writeInAnyOrder(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    this.find(bytes, start, end);
    for (const field of this.#fields) this.#writeFound(out, bytes, field);
  }

  /** Finds the fields of the message in `bytes[start, end)` for later calls of {@link writeFound}. */
  find(bytes: Uint8Array, start: number, end: number): void {
    const first = this.#first;
    for (let i = 0; i < first.length; i++) first[i] = -1;
    this.#repeated = 0;
    const cursor = new FieldCursor(bytes, start, end);
    for (let at = start; cursor.next(); at = cursor.offset) {
      const { field } = cursor;
      if (field >= first.length) continue;
      if (first[field] === -1) first[field] = at;
      else this.#repeated |= 1 << field;
      this.#from[field] = cursor.from;
      this.#to[field] = cursor.to;
    }
  }

  /**
   * Writes one field of the message that was passed to {@link find}, with a comma before it, or nothing if the field is
   * absent.
   */
  writeFound(out: JsonWriter, bytes: Uint8Array, number: number): void {
    for (const field of this.#fields) {
      if (field.number === number) this.#writeFound(out, bytes, field);
    }
  }

  /** The length in protobuf, in bytes, of the value of a field in the message that was passed to {@link find}. */
  lengthFound(number: number): number {
    return (this.#first[number] as number) < 0 ? 0 : (this.#to[number] as number) - (this.#from[number] as number);
  }

  #writeFound(out: JsonWriter, bytes: Uint8Array, field: KeyedField): void {
    const { number } = field;
    const first = this.#first[number] as number;
    if (first < 0) return;
    const from = this.#from[number] as number;
    const to = this.#to[number] as number;
    if (!field.isMessage || (this.#repeated & (1 << number)) === 0) {
      writeField(out, bytes, field, first, from, to);
    } else {
      const message = joinFields(bytes, first, to, number) ?? new Uint8Array(0);
      writeField(out, message, field, 0, 0, message.length);
    }
  }
}

/**
 * Writes a field, unless it has its default value. The value is in `bytes[from, to)`; the values of a repeated field
 * are all in `bytes[first, to)`, with their tags.
 */
function writeField(
  out: JsonWriter,
  bytes: Uint8Array,
  { number, key, type }: KeyedField,
  first: number,
  from: number,
  to: number,
): void {
  if (typeof type === 'string') {
    if (type !== 'attributes') {
      writeScalar(out, key, type, bytes, from, to);
      return;
    }
    out.piece(key);
    writeKeyValues(out, bytes, first, to, number);
  } else {
    out.piece(key);
    if (type instanceof JsonMessage || type instanceof JsonCache) type.write(out, bytes, from, to);
    else writeRepeated(out, type[0], bytes, first, to, number);
  }
}

function writeRepeated(
  out: JsonWriter,
  type: 'string' | JsonMessage,
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

function wireTypeOf(type: JsonFieldType): number {
  switch (type) {
    case 'uint32':
    case 'enum':
      return VARINT;
    case 'fixed64':
      return FIXED64;
    case 'fixed32':
      return FIXED32;
    default:
      return LENGTH_DELIMITED;
  }
}
