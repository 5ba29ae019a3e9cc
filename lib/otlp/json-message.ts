import { FieldCursor } from './field-cursor.ts';
import { joinFields } from './joined-fields.ts';
import { writeKeyValues } from './json-any-value.ts';
import { JsonCache } from './json-cache.ts';
import { type JsonPiece, json } from './json-piece.ts';
import { type JsonScalar, writeScalar } from './json-scalar.ts';
import type { JsonWriter } from './json-writer.ts';

/**
 * How one field of a message is written: its number, its key in JSON, and its type. `X` is a message, `[X]` a repeated
 * one, a cache one that comes again and again, `attributes` a repeated `KeyValue`.
 */
export type JsonField = readonly [number: number, key: string, type: JsonFieldType];
type JsonFieldType = JsonScalar | readonly ['string'] | 'attributes' | JsonMessage | JsonCache | readonly [JsonMessage];

interface KeyedField {
  readonly number: number;
  readonly key: JsonPiece;
  readonly type: JsonFieldType;
}

const OPEN = json('{');
const CLOSE = json('}');
const OPEN_ARRAY = json('[');
const CLOSE_ARRAY = json(']');

/**
 * Writes one type of protobuf message as OTLP JSON (OTLP specification, "JSON Protobuf Encoding"), from bytes to bytes.
 * Fields come in the order of the list, whatever their order on the wire. Default values are left out, and so are
 * fields that are not in the list: JSON has no place for what the `.proto` files do not know.
 *
 * A message must not contain its own type, because the places of the fields of the message at hand are kept here.
 */
export class JsonMessage {
  readonly #fields: readonly KeyedField[];
  /** By field number: where the tag of its first occurrence is, or -1; where the value of its last one lies. */
  readonly #first: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** Bit n is set when field n occurs more than once. */
  #repeated = 0;

  constructor(fields: readonly JsonField[]) {
    this.#fields = fields.map(([number, key, type]) => ({ number, key: json(`"${key}":`), type }));
    const size = Math.max(...fields.map(([number]) => number)) + 1;
    this.#first = new Int32Array(size);
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
  }

  /** Writes the message in `bytes[start, end)` as an object. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    this.find(bytes, start, end);
    out.piece(OPEN);
    for (const field of this.#fields) this.#writeField(out, bytes, field);
    out.piece(CLOSE);
  }

  /** Finds the fields of the message in `bytes[start, end)` for the following calls of {@link writeFound}. */
  find(bytes: Uint8Array, start: number, end: number): void {
    const first = this.#first.fill(-1);
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

  /** Writes one field of the message whose fields were found last; nothing if it is not there. */
  writeFound(out: JsonWriter, bytes: Uint8Array, number: number): void {
    for (const field of this.#fields) {
      if (field.number === number) this.#writeField(out, bytes, field);
    }
  }

  /** How many bytes of protobuf the value of a field has in the message whose fields were found last. */
  lengthFound(number: number): number {
    return (this.#first[number] as number) < 0 ? 0 : (this.#to[number] as number) - (this.#from[number] as number);
  }

  #writeField(out: JsonWriter, bytes: Uint8Array, { number, key, type }: KeyedField): void {
    const first = this.#first[number] as number;
    if (first < 0) return;
    const from = this.#from[number] as number;
    const to = this.#to[number] as number;
    const before = out.length;
    out.separate();
    out.piece(key);
    if (type === 'attributes') writeKeyValues(out, bytes, first, to, number);
    else if (typeof type === 'string') {
      if (!writeScalar(out, type, bytes, from, to)) out.length = before;
    } else if (type instanceof JsonMessage || type instanceof JsonCache) {
      if ((this.#repeated & (1 << number)) === 0) type.write(out, bytes, from, to);
      else {
        const message = joinFields(bytes, first, to, number) ?? new Uint8Array(0);
        type.write(out, message, 0, message.length);
      }
    } else writeRepeated(out, type[0], bytes, first, to, number);
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
  out.piece(OPEN_ARRAY);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    out.separate();
    if (type === 'string') out.string(bytes, cursor.from, cursor.to);
    else type.write(out, bytes, cursor.from, cursor.to);
  }
  out.piece(CLOSE_ARRAY);
}
