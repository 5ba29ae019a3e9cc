import { type FieldSchema, type MessageName, OTLP_MESSAGES, wireTypeOf } from '../../lib/otlp/protobuf/schema.ts';
import { type Bytes, varint } from '../support/wire-bytes.ts';

/**
 * OTLP messages from instructions. Every input is some message, whose lengths are right, so that a mutation of the input
 * changes the message and does not only damage it:
 *
 * | byte | does |
 * |---|---|
 * | 0–199 | writes the field of this number, modulo the fields of the message; what its value needs follows |
 * | 200–239 | ends the message |
 * | 240–243 | writes an unknown field: a varint, 8 bytes, some bytes, 4 bytes |
 * | 244–249 | writes a known field with this wire type, rightly or wrongly |
 * | 250–255 | writes as many of the bytes that follow as they are |
 *
 * The end of the input ends all messages.
 */
export function messageFrom(data: Uint8Array, message: MessageName): Uint8Array {
  return Uint8Array.from(new Shape(data).message(message, 0));
}

const END = 200;
const UNKNOWN = 240;
const ANY_WIRE_TYPE = 244;
const AS_IT_IS = 250;
/** Deeper values are written with their lengths by hand (`250`): each level costs two bytes of input. */
const MAX_DEPTH = 140;
/** Few IDs, so that traces have several spans and spans have copies. */
const IDS = 6;
const UNKNOWN_NUMBER = 100;

class Shape {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  message(name: MessageName, depth: number): Bytes {
    const fields = OTLP_MESSAGES.find((message) => message.name === name)?.fields ?? [];
    const bytes: number[] = [];
    while (this.#at < this.#data.length && depth < MAX_DEPTH) {
      const code = this.#byte();
      if (code >= AS_IT_IS) bytes.push(...this.#bytes(code - AS_IT_IS + 1));
      else if (code >= ANY_WIRE_TYPE) bytes.push(...this.#anyWireType(fields, code - ANY_WIRE_TYPE));
      else if (code >= UNKNOWN) bytes.push(...this.#value(UNKNOWN_NUMBER, [0, 1, 2, 5][code - UNKNOWN] ?? 0));
      else if (code >= END) break;
      else bytes.push(...this.#field(fields[code % fields.length] as FieldSchema, depth));
    }
    return bytes;
  }

  #field(field: FieldSchema, depth: number): Bytes {
    const { number, type } = field;
    if (type === 'id') return delimited(number, this.#id(field.name === 'traceId' ? 16 : 8));
    const isMessage = OTLP_MESSAGES.some(({ name }) => name === type);
    if (isMessage) return delimited(number, this.message(type as MessageName, depth + 1));
    return this.#value(number, wireTypeOf(field));
  }

  #anyWireType(fields: readonly FieldSchema[], wireType: number): Bytes {
    const { number } = fields[this.#byte() % fields.length] as FieldSchema;
    return this.#value(number, wireType);
  }

  #value(number: number, wireType: number): Bytes {
    const tag = varint(number * 8 + wireType);
    switch (wireType) {
      case 0:
        return [...tag, ...this.#varint()];
      case 1:
        return [...tag, ...this.#padded(8)];
      case 2:
        return delimited(number, this.#bytes(this.#byte()));
      case 5:
        return [...tag, ...this.#padded(4)];
      default:
        return tag;
    }
  }

  /** A valid ID of a small number, or bytes of any length. */
  #id(length: number): Bytes {
    const code = this.#byte();
    if (code < 200) return Array.from({ length }, () => (code % IDS) + 1);
    return this.#bytes(code - 200);
  }

  /** Up to ten bytes as they are, up to the first that ends a varint. */
  #varint(): Bytes {
    const bytes: number[] = [];
    while (bytes.length < 10) {
      const byte = this.#byte();
      bytes.push(byte);
      if (byte < 0x80) break;
    }
    return bytes;
  }

  #padded(length: number): Bytes {
    const bytes = this.#bytes(length);
    return [...bytes, ...Array.from({ length: length - bytes.length }, () => 0)];
  }

  #bytes(length: number): Bytes {
    const bytes = this.#data.subarray(this.#at, this.#at + length);
    this.#at += bytes.length;
    return [...bytes];
  }

  #byte(): number {
    return this.#data[this.#at++] ?? 0;
  }
}

function delimited(number: number, content: Bytes): Bytes {
  return [...varint(number * 8 + 2), ...varint(content.length), ...content];
}
