import { readUtf8 } from '../bytes-to-text.ts';
import { mapFor } from '../content-table.ts';
import { type AttributeMap, type AttributeValue, readKeyValue } from './attributes.ts';
import { EMPTY_MESSAGE, FieldCursor, joinFields } from './field-cursor.ts';
import { findAttribute } from './find-attribute.ts';
import { viewOf } from './wire-values.ts';

/**
 * A view of a protobuf message that reads field by field, without a copy. Of a field that occurs several times the last
 * value counts; an absent field reads as the zero value of its type.
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

  /** A varint; only the low 32 bits are used. */
  uint32(field: number): number {
    let value = 0;
    for (const cursor of this.#fields(field)) value = cursor.uint32();
    return value;
  }

  fixed64(field: number): bigint {
    let value = 0n;
    const view = viewOf(this.#bytes);
    for (const { from } of this.#fields(field)) value = view.getBigUint64(from, true);
    return value;
  }

  /** The number of occurrences of a repeated field. */
  count(field: number): number {
    let count = 0;
    for (const _ of this.#fields(field)) count++;
    return count;
  }

  /** The messages in a repeated field, one at a time, because there may be one for every two bytes of a trace. */
  *messages(field: number): Generator<MessageView, void> {
    for (const { from, to } of this.#fields(field)) yield new MessageView(this.#bytes, from, to);
  }

  /** The message in a field that is not repeated; an empty one if it is absent. */
  message(field: number): MessageView {
    const { bytes, from, to } = joinFields(this.#bytes, this.#start, this.#end, field) ?? EMPTY_MESSAGE;
    return new MessageView(bytes, from, to);
  }

  /** The first attribute with this key among those in `field`; undefined if there is none. */
  attribute(field: number, key: string): AttributeValue | undefined {
    return findAttribute(this.#bytes, viewOf(this.#bytes), this.#start, this.#end, field, key);
  }

  /** All attributes in `field`. If several have one key, the first counts. */
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
