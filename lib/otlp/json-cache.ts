import type { JsonMessage } from './json-message.ts';
import type { JsonWriter } from './json-writer.ts';

/** Power of two. Enough for the resources and scopes of a few dozen processes. */
const SLOTS = 128;
const LARGEST_MESSAGE = 16 * 1024;

interface CachedJson {
  readonly message: DataView;
  readonly json: Uint8Array;
}

/**
 * Remembers the JSON of messages that come again and again with the same bytes, as resources and scopes do. It changes
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
    const message = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    const slot = hash(message) & (SLOTS - 1);
    const cached = this.#slots[slot];
    if (cached !== undefined && isEqual(cached.message, message)) {
      out.raw(cached.json);
      return;
    }
    const before = out.length;
    this.#type.write(out, bytes, start, end);
    // Not `slice`, which copies nothing when the bytes are a Buffer.
    const copy = new Uint8Array(bytes.subarray(start, end));
    this.#slots[slot] = { message: new DataView(copy.buffer), json: out.copy(before) };
  }
}

function hash(message: DataView): number {
  const length = message.byteLength;
  let hashed = length;
  for (let at = 0; at + 4 <= length; at += 4) hashed = Math.imul(hashed ^ message.getInt32(at), 0x9e3779b1);
  return hashed ^ (hashed >>> 16);
}

function isEqual(a: DataView, b: DataView): boolean {
  const length = a.byteLength;
  if (b.byteLength !== length) return false;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (a.getInt32(at) !== b.getInt32(at)) return false;
  }
  for (; at < length; at++) {
    if (a.getUint8(at) !== b.getUint8(at)) return false;
  }
  return true;
}
