import { copyPlainAttribute } from './json-request-attribute.ts';
import { copyBase64, copyHex } from './json-request-bytes.ts';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  JsonCursor,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-request-cursor.ts';
import { readEnumName } from './json-request-enum.ts';
import { JsonNumbers } from './json-request-number.ts';
import { JSON_MESSAGES, type JsonField, type JsonFields } from './json-request-schema.ts';
import { copyString } from './json-request-string.ts';
import { MalformedOtlpError } from './malformed-otlp-error.ts';
import { MAX_VALUE_DEPTH } from './max-value-depth.ts';
import { messageNumber } from './otlp-schema.ts';
import { FieldOrder } from './wire-field-order.ts';
import { WireWriter } from './wire-writer.ts';

const REQUEST = messageNumber('ExportTraceServiceRequest');
const KEY_VALUE = messageNumber('KeyValue');
const ANY_VALUE = messageNumber('AnyValue');
const NULL_START = 0x6e;
/** Tag and longest scalar. */
const MAX_SCALAR_LENGTH = 16;

/** Reads one request. See {@link protobufFromJson}. */
export class JsonRequestReader {
  readonly #cursor: JsonCursor;
  readonly #numbers: JsonNumbers;
  readonly #writer: WireWriter;
  readonly #order: FieldOrder;

  constructor(body: Uint8Array) {
    this.#cursor = new JsonCursor(body);
    this.#numbers = new JsonNumbers(this.#cursor);
    // Protobuf is hardly ever longer than the JSON text.
    this.#writer = new WireWriter(body.length + 64);
    this.#order = new FieldOrder(this.#writer);
  }

  read(): Uint8Array {
    this.#message(REQUEST, 0);
    this.#cursor.expectEnd();
    return this.#writer.finish();
  }

  #message(message: number, depth: number): void {
    const cursor = this.#cursor;
    const fields = JSON_MESSAGES[message] as JsonFields;
    if (cursor.peek() !== OPEN_BRACE) throw cursor.error(`expected an object (${fields.name})`);
    if (!cursor.open(OPEN_BRACE, CLOSE_BRACE)) return;
    const first = this.#order.begin();
    let seen = 0;
    do {
      const keyOffset = cursor.offset;
      const field = this.#key(fields);
      cursor.expect(COLON);
      if (field === undefined) {
        cursor.skipValue();
      } else if (cursor.peek() === NULL_START) {
        cursor.expectNull();
      } else {
        const bit = 1 << field.schema.number;
        if ((seen & bit) !== 0 || (fields.isOneof && seen !== 0)) throw secondKey(fields, field, keyOffset);
        seen |= bit;
        this.#order.add(field.schema.number);
        this.#field(fields, field, depth);
      }
    } while (cursor.hasNext(CLOSE_BRACE));
    this.#order.end(first);
  }

  #key(fields: JsonFields): JsonField | undefined {
    const cursor = this.#cursor;
    cursor.peek();
    const { bytes, offset } = cursor;
    let end = offset + 1;
    while ((bytes[end] as number) > BACKSLASH || isPlain(bytes[end] as number)) end++;
    if (bytes[offset] === QUOTE && bytes[end] === QUOTE) {
      cursor.offset = end + 1;
      return fields.find(bytes, offset + 1, end);
    }
    // It has escapes, or it is no string.
    const key = new TextEncoder().encode(cursor.string());
    return fields.find(key, 0, key.length);
  }

  #field(fields: JsonFields, field: JsonField, depth: number): void {
    if (!field.schema.repeated) {
      if (field.message < 0) this.#scalar(fields, field, fields.isOneof);
      else this.#nested(field, depth);
      return;
    }
    const cursor = this.#cursor;
    if (cursor.peek() !== OPEN_BRACKET) throw cursor.error(`expected an array (${fields.name}.${field.schema.name})`);
    if (!cursor.open(OPEN_BRACKET, CLOSE_BRACKET)) return;
    do {
      if (field.message < 0) this.#scalar(fields, field, true);
      else this.#nested(field, depth);
    } while (cursor.hasNext(CLOSE_BRACKET));
  }

  #nested(field: JsonField, depth: number): void {
    const writer = this.#writer;
    const isValue = field.message === ANY_VALUE;
    if (isValue && depth === MAX_VALUE_DEPTH) {
      throw this.#cursor.error(`attribute values are nested deeper than ${MAX_VALUE_DEPTH} levels`);
    }
    writer.ensure(MAX_SCALAR_LENGTH);
    writer.varint32(field.tag);
    const start = writer.beginLengthDelimited();
    const mayBePlain = field.message === KEY_VALUE && depth < MAX_VALUE_DEPTH;
    if (!mayBePlain || !copyPlainAttribute(this.#cursor, this.#numbers, writer)) {
      this.#message(field.message, isValue ? depth + 1 : depth);
    }
    writer.endLengthDelimited(start);
  }

  /** @param writeDefault Whether the value is written even if it is the default of its type. */
  #scalar(fields: JsonFields, field: JsonField, writeDefault: boolean): void {
    try {
      this.#tagAndScalar(field, writeDefault);
    } catch (error) {
      if (!(error instanceof MalformedOtlpError)) throw error;
      throw new MalformedOtlpError(`${fields.name}.${field.schema.name}: ${error.problem}`, error.offset);
    }
  }

  #tagAndScalar(field: JsonField, writeDefault: boolean): void {
    const writer = this.#writer;
    const numbers = this.#numbers;
    const start = writer.offset;
    let isDefault: boolean;
    writer.ensure(MAX_SCALAR_LENGTH);
    writer.varint32(field.tag);
    switch (field.schema.type) {
      case 'string':
      case 'id':
      case 'bytes':
        isDefault = this.#lengthDelimited(field) === 0;
        break;
      case 'bool':
        isDefault = !this.#bool();
        writer.varint32(isDefault ? 0 : 1);
        break;
      case 'double':
        // There are doubles only in attribute values, which are written in any case.
        writer.double(numbers.double());
        isDefault = false;
        break;
      case 'fixed32':
        numbers.integer('uint32');
        writer.fixed32(numbers.low);
        isDefault = numbers.low === 0;
        break;
      case 'fixed64':
        numbers.integer('uint64');
        writer.fixed64(numbers.low, numbers.high);
        isDefault = numbers.low === 0 && numbers.high === 0;
        break;
      default:
        this.#varint(field);
        writer.varint64(numbers.low, numbers.high);
        isDefault = numbers.low === 0 && numbers.high === 0;
    }
    if (isDefault && !writeDefault) writer.offset = start;
  }

  #lengthDelimited(field: JsonField): number {
    const writer = this.#writer;
    const start = writer.beginLengthDelimited();
    if (field.schema.type === 'string') copyString(this.#cursor, writer);
    else if (field.schema.type === 'id') copyHex(this.#cursor, writer);
    else copyBase64(this.#cursor, writer);
    const length = writer.offset - start;
    writer.endLengthDelimited(start);
    return length;
  }

  #varint(field: JsonField): void {
    const { type } = field.schema;
    if (type === 'int64' || type === 'int32' || type === 'uint32') {
      this.#numbers.integer(type);
    } else if (this.#cursor.peek() === QUOTE) {
      this.#numbers.low = readEnumName(this.#cursor, type === 'SpanKind' ? type : 'StatusCode');
      this.#numbers.high = 0;
    } else {
      this.#numbers.integer('int32');
    }
  }

  #bool(): boolean {
    const start = this.#cursor.offset;
    const word = this.#cursor.word();
    if (word !== 'true' && word !== 'false') throw new MalformedOtlpError('expected true or false', start);
    return word === 'true';
  }
}

/** Whether a byte of a string stands for itself. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH;
}

function secondKey({ name, isOneof }: JsonFields, field: JsonField, offset: number): MalformedOtlpError {
  const allowed = isOneof ? 'at most one key' : 'this key at most once';
  return new MalformedOtlpError(`${name}.${field.schema.name}: expected ${allowed}`, offset);
}
