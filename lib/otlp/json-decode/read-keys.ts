import { BACKSLASH, COLON, type JsonCursor, QUOTE } from './cursor.ts';
import { KEY_IDS, type KeyedField, type MessageKeys } from './fields-by-key.ts';

/**
 * Reads the keys of objects. Senders write the keys of a message in the same order each time, so it first compares the
 * text with the key that came next the last time; only another one must be looked up.
 */
export class JsonKeys {
  readonly #cursor: JsonCursor;
  /** By the ID of a key: the key that came after it. The number of a message stands for its start. */
  readonly #followers: (KeyedField | undefined)[] = new Array(KEY_IDS).fill(undefined);

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /**
   * Consumes a key and the colon after it.
   * @param fields of the message
   * @param previous the ID of the last known key of the message; the number of the message if there is none
   * @returns undefined for an unknown key
   */
  read(fields: MessageKeys, previous: number): KeyedField | undefined {
    const expected = this.#followers[previous];
    if (expected !== undefined && this.#cursor.skipWords(expected.member)) return expected;
    const field = this.#find(fields);
    this.#cursor.expect(COLON);
    this.#followers[previous] = field;
    return field;
  }

  #find(fields: MessageKeys): KeyedField | undefined {
    const { bytes, offset } = this.#cursor;
    let end = offset + 1;
    while ((bytes[end] as number) > BACKSLASH || isPlain(bytes[end] as number)) end++;
    if (bytes[offset] === QUOTE && bytes[end] === QUOTE) {
      this.#cursor.offset = end + 1;
      return fields.find(bytes, offset + 1, end);
    }
    // It has escapes, or it is not a string.
    const key = new TextEncoder().encode(this.#cursor.string());
    return fields.find(key, 0, key.length);
  }
}

/** Whether a byte in a string needs no unescaping. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH;
}
