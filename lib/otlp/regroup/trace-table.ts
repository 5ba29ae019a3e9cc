import { toHex } from '../bytes-to-text.ts';

const INITIAL_CAPACITY = 512;
/** Random IDs need two or three probes. */
const MAX_PROBES = 24;

/** Numbers the trace IDs of a request from 0 in the order of their first occurrence. */
export class TraceTable {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #idOffsets: number[] = [];
  /** Open addressing: trace number + 1, or 0 for a free place. At most half of the places are used. */
  #places: Int32Array = new Int32Array(INITIAL_CAPACITY);
  /** For IDs that were chosen to collide here: JavaScript's maps hash with a secret seed. */
  readonly #crowded = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of traces. */
  get size(): number {
    return this.#idOffsets.length;
  }

  /** The trace ID as 32 lower-case hex digits. */
  idOf(trace: number): string {
    return this.#hexAt(this.#idOffsets[trace] as number);
  }

  /** The number of the trace whose ID is the 16 bytes at `offset`. */
  numberOf(offset: number): number {
    const mask = this.#places.length - 1;
    let place = this.#hash(offset) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++, place = (place + 1) & mask) {
      const trace = (this.#places[place] as number) - 1;
      if (trace === -1) {
        this.#places[place] = this.#idOffsets.length + 1;
        return this.#add(offset);
      }
      if (this.#equal(this.#idOffsets[trace] as number, offset)) return trace;
    }
    const id = this.#hexAt(offset);
    const trace = this.#crowded.get(id);
    if (trace !== undefined) return trace;
    this.#crowded.set(id, this.#idOffsets.length);
    return this.#add(offset);
  }

  #hexAt(offset: number): string {
    return toHex(this.#bytes, offset, offset + 16);
  }

  #add(offset: number): number {
    const trace = this.#idOffsets.push(offset) - 1;
    if (this.#idOffsets.length * 2 > this.#places.length) this.#grow();
    return trace;
  }

  /** Doubles the places. Traces of {@link #crowded} may find one now. */
  #grow(): void {
    const mask = this.#places.length * 2 - 1;
    this.#places = new Int32Array(mask + 1);
    this.#crowded.clear();
    for (const [trace, offset] of this.#idOffsets.entries()) {
      let place = this.#hash(offset) & mask;
      let probe = 0;
      while (probe < MAX_PROBES && this.#places[place] !== 0) {
        place = (place + 1) & mask;
        probe++;
      }
      if (probe < MAX_PROBES) this.#places[place] = trace + 1;
      else this.#crowded.set(this.#hexAt(offset), trace);
    }
  }

  /** Multiplies each word of the ID by a constant, so that IDs that differ only in some bytes spread, too. */
  #hash(offset: number): number {
    const view = this.#view;
    const mixed =
      Math.imul(view.getInt32(offset, true), 0x9e3779b1) ^
      Math.imul(view.getInt32(offset + 4, true), 0x85ebca77) ^
      Math.imul(view.getInt32(offset + 8, true), 0xc2b2ae3d) ^
      Math.imul(view.getInt32(offset + 12, true), 0x27d4eb2f);
    return mixed ^ (mixed >>> 15);
  }

  #equal(a: number, b: number): boolean {
    const view = this.#view;
    return (
      view.getInt32(a, true) === view.getInt32(b, true) &&
      view.getInt32(a + 4, true) === view.getInt32(b + 4, true) &&
      view.getInt32(a + 8, true) === view.getInt32(b + 8, true) &&
      view.getInt32(a + 12, true) === view.getInt32(b + 12, true)
    );
  }
}
