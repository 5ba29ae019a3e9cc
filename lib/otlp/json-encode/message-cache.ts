import { areEqual, areExact, WORD } from '../double-words.ts';
import type { MessageWriter } from './field-format.ts';
import type { JsonPiece } from './piece.ts';
import type { JsonWriter } from './writer.ts';

/** A power of two. Enough for the resources and scopes of a few dozen processes. */
const SLOTS = 128;
const LARGEST_MESSAGE = 16 * 1024;
/** The most words of a message that go into its hash. */
const SAMPLES = 32;

interface CachedJson {
  readonly message: DataView;
  readonly json: Uint8Array;
}

/**
 * Writes messages that recur with the same bytes, as resources and scopes do, and remembers their JSON. The output is
 * the same, only faster. The number and the size of remembered messages are bounded: at most 128 of up to 16 KiB.
 */
export class CachedMessageJson implements MessageWriter {
  readonly #type: MessageWriter;
  readonly #before: JsonPiece;
  readonly #after: JsonPiece;
  readonly #slots: (CachedJson | undefined)[] = new Array(SLOTS).fill(undefined);

  /** @param before what is written before each message. @param after and after it */
  constructor(type: MessageWriter, before: JsonPiece, after: JsonPiece) {
    this.#type = type;
    this.#before = before;
    this.#after = after;
  }

  /** Writes the message in `bytes[start, end)` as an object, with what stands around it. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    if (end - start > LARGEST_MESSAGE || end - start < WORD) {
      this.#writeAnew(out, bytes, start, end);
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
    this.#writeAnew(out, bytes, start, end);
    if (!areExact(view, start, end)) return;
    // Not `slice`: on a Buffer it does not copy.
    const copy = new Uint8Array(bytes.subarray(start, end));
    // The old entry moves to the next slot, so that two messages in turns do not displace each other.
    this.#slots[slot ^ 1] = this.#slots[slot];
    this.#slots[slot] = { message: new DataView(copy.buffer), json: out.copy(before) };
  }

  #writeAnew(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
    out.piece(this.#before);
    this.#type.write(out, bytes, start, end);
    out.piece(this.#after);
  }

  #jsonAt(slot: number, bytes: DataView, start: number, end: number): Uint8Array | undefined {
    const cached = this.#slots[slot];
    return cached !== undefined && areEqual(cached.message, bytes, start, end) ? cached.json : undefined;
  }
}

/**
 * Of words in equal distances, because messages that differ are compared with all bytes anyway: if they have one hash,
 * they only displace each other.
 */
function hash(bytes: DataView, start: number, end: number): number {
  let hashed = end - start;
  const step = Math.max(4, Math.floor((end - start) / SAMPLES));
  for (let at = end - 4; at >= start; at -= step) hashed = Math.imul(hashed ^ bytes.getInt32(at, true), 0x9e3779b1);
  return hashed ^ (hashed >>> 15);
}
