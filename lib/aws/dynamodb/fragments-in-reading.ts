import { type DecisionRecord, TraceTooLargeError } from '../../pipeline/ports.ts';
import { type TraceSize, whatExceeds } from '../../pipeline/trace-limits.ts';
import type { StoredFragment } from './fragment-item.ts';

/** What one reading of a trace has found so far, within a limit. */
export class FragmentsInReading {
  readonly traceId: string;
  readonly stored: StoredFragment[] = [];
  /** For the error: what has been decided. */
  decision: DecisionRecord | undefined;
  readonly #limit: TraceSize;
  readonly #size = { fragments: 0, spans: 0, bytes: 0 };

  constructor(traceId: string, limit: TraceSize) {
    this.traceId = traceId;
    this.#limit = limit;
  }

  get count(): number {
    return this.stored.length;
  }

  get bytesLeft(): number {
    return this.#limit.bytes - this.#size.bytes;
  }

  /** @throws {TraceTooLargeError} */
  add(fragment: StoredFragment): void {
    this.stored.push(fragment);
    this.#size.fragments += 1;
    this.#size.spans += fragment.spanCount;
    // The coded payloads of the items stay in memory until all of them are decoded.
    this.countBytes('bytes' in fragment.stored ? fragment.stored.bytes.length : 0);
  }

  /** From now on bytes are those of decoded payloads. */
  startDecoding(): void {
    this.#size.bytes = 0;
  }

  /** @throws {TraceTooLargeError} */
  countBytes(bytes: number): void {
    this.#size.bytes += bytes;
    const excess = whatExceeds(this.#size, this.#limit);
    if (excess === undefined) return;
    throw new TraceTooLargeError(`trace ${this.traceId} has ${excess} in the buffer`, this.decision);
  }
}
