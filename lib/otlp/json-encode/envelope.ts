import { FieldCursor, joinFields } from '../protobuf/field-cursor.ts';
import { shortEnd, shortStart } from '../protobuf/wire-values.ts';
import type { MessageWriter } from './field-format.ts';
import { CachedMessageJson } from './message-cache.ts';
import { type JsonPiece, json } from './piece.ts';
import { MAX_TEXT_GROWTH } from './write-text.ts';
import type { JsonWriter } from './writer.ts';

const CLOSE_ARRAY = json(']');
const SCHEMA_URL = json('],"schemaUrl":');
const CLOSE = json('}');

/** Fields of both messages: the resource or scope, its children, and `schema_url`. */
const OWNER_TAG = 0x0a;
const CHILD_TAG = 0x12;
const SCHEMA_URL_TAG = 0x1a;

/**
 * A `ResourceSpans` or `ScopeSpans` message as JSON around its children, which somebody else writes:
 *
 * ```
 * {"resource":{…},"scopeSpans":[  …  ],"schemaUrl":"…"}
 * {"scope":{…},"spans":[          …  ],"schemaUrl":"…"}
 * ```
 *
 * The object keeps the places of the fields of one message, the one that {@link EnvelopeJson.find} has read last.
 */
export class EnvelopeJson {
  readonly #head: CachedMessageJson;
  /** The head of a message without a resource or scope. */
  readonly #headAlone: JsonPiece;
  /** The resource or scope is in `#owner[#from, #to)`; undefined if there is none. */
  #owner: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #schemaUrl = 0;
  #schemaUrlEnd = 0;

  constructor(key: 'resource' | 'scope', type: MessageWriter, childrenKey: 'scopeSpans' | 'spans') {
    this.#head = new CachedMessageJson(type, json(`{"${key}":`), json(`,"${childrenKey}":[`));
    this.#headAlone = json(`{"${childrenKey}":[`);
  }

  /** Finds the fields of the message in `bytes[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): void {
    this.#owner = undefined;
    this.#schemaUrl = 0;
    this.#schemaUrlEnd = 0;
    let at = start;
    while (at < end) {
      const tag = bytes[at] as number;
      const to = shortEnd(bytes, at + 1);
      // Also false when the bytes end before the length, which makes `to` NaN.
      if (!(to > at && to <= end)) break;
      if (tag === OWNER_TAG && this.#owner === undefined) {
        this.#owner = bytes;
        this.#from = shortStart(bytes, at + 1);
        this.#to = to;
      } else if (tag === SCHEMA_URL_TAG) {
        this.#schemaUrl = shortStart(bytes, at + 1);
        this.#schemaUrlEnd = to;
      } else if (tag !== CHILD_TAG) break;
      at = to;
    }
    if (at < end) this.#findAnyForm(bytes, start, end);
  }

  /** Of several values of a field the last counts, but those of a message are its parts. */
  #findAnyForm(bytes: Uint8Array, start: number, end: number): void {
    const cursor = new FieldCursor(bytes, start, end);
    while (cursor.next()) {
      if (cursor.field !== SCHEMA_URL_TAG >>> 3) continue;
      this.#schemaUrl = cursor.from;
      this.#schemaUrlEnd = cursor.to;
    }
    const owner = joinFields(bytes, start, end, OWNER_TAG >>> 3);
    this.#owner = owner?.bytes;
    this.#from = owner?.from ?? 0;
    this.#to = owner?.to ?? 0;
  }

  /** Writes the message up to the opening bracket of its children. */
  writeHead(out: JsonWriter): void {
    out.separate();
    if (this.#owner === undefined) out.piece(this.#headAlone);
    else this.#head.write(out, this.#owner, this.#from, this.#to);
  }

  /** Writes the message from the closing bracket of its children on. @param bytes those of {@link find} */
  writeTail(out: JsonWriter, bytes: Uint8Array): void {
    if (this.#schemaUrl === this.#schemaUrlEnd) {
      out.piece(CLOSE_ARRAY);
    } else {
      out.piece(SCHEMA_URL);
      out.string(bytes, this.#schemaUrl, this.#schemaUrlEnd);
    }
    out.piece(CLOSE);
  }

  /** The most bytes that {@link writeTail} writes. */
  get maxTailLength(): number {
    return (this.#schemaUrlEnd - this.#schemaUrl) * MAX_TEXT_GROWTH + '],"schemaUrl":""}'.length;
  }
}
