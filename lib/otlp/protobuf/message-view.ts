import { mapFor } from '../content-table.ts';
import { readUtf8 } from '../text.ts';
import { type AttributeMap, type AttributeValue, findAttribute, readKeyValue } from './attributes.ts';
import { FieldCursor, joinFields } from './field-cursor.ts';

/**
 * A protobuf message where it lies, read field by field. A field that comes several times has its last value, one that
 * is not there the zero value of its type.
 */
export class MessageView {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** The message is in `bytes[start, end)`. */
  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  text(field: number): string {
    let text = '';
    const cursor = new FieldCursor(this.#bytes, this.#start, this.#end);
    while (cursor.next()) {
      if (cursor.field === field) text = readUtf8(this.#bytes, cursor.from, cursor.to);
    }
    return text;
  }

  /** A varint, of which the low 32 bits count. */
  uint32(field: number): number {
    let value = 0;
    for (const cursor of this.#fields(field)) value = cursor.uint32();
    return value;
  }

  fixed64(field: number): bigint {
    let value = 0n;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    for (const { from } of this.#fields(field)) value = view.getBigUint64(from, true);
    return value;
  }

  /** How often a repeated field occurs. */
  count(field: number): number {
    let count = 0;
    for (const _ of this.#fields(field)) count++;
    return count;
  }

  /** The messages in a repeated field, one at a time: there may be one for every two bytes of a trace. */
  *messages(field: number): Generator<MessageView, void> {
    for (const { from, to } of this.#fields(field)) yield new MessageView(this.#bytes, from, to);
  }

  /** The message in a field that is not repeated; an empty one when it is not there. */
  message(field: number): MessageView {
    return new MessageView(joinFields(this.#bytes, this.#start, this.#end, field) ?? new Uint8Array(0));
  }

  /** The first attribute that has this key, of those in `field`; `undefined` when there is none. */
  attribute(field: number, key: string): AttributeValue | undefined {
    return findAttribute(this.#bytes, this.#start, this.#end, field, key);
  }

  /** All attributes in `field`; of several with one key the first. */
  attributes(field: number): AttributeMap {
    let map = new Map<string, AttributeValue>();
    for (const { from, to } of this.#fields(field)) {
      const [key, value] = readKeyValue(this.#bytes, from, to);
      map = mapFor(map, key);
      if (!map.has(key)) map.set(key, value);
    }
    return map;
  }

  *#fields(field: number): Generator<FieldCursor> {
    const cursor = new FieldCursor(this.#bytes, this.#start, this.#end);
    while (cursor.next()) {
      if (cursor.field === field) yield cursor;
    }
  }
}
