/** What calls of one kind came to, in the units that are paid for. */
export interface CallCount {
  calls: number;
  /** Billed requests: 64 KB of an SQS payload each; otherwise one a call. */
  requests: number;
  /** Items, messages or objects in them. */
  items: number;
  /** Of items and objects, as the service counts their size. */
  bytes: number;
  writeUnits: number;
  readUnits: number;
}

/** Counts of calls, by the name of the operation, or by name and part of the bucket: `PutObject traces`. */
export class CallCounts {
  readonly #counts = new Map<string, CallCount>();

  add(operation: string, count: Partial<Omit<CallCount, 'calls'>>): void {
    const sum = this.of(operation);
    sum.calls += 1;
    sum.requests += count.requests ?? 1;
    sum.items += count.items ?? 0;
    sum.bytes += count.bytes ?? 0;
    sum.writeUnits += count.writeUnits ?? 0;
    sum.readUnits += count.readUnits ?? 0;
    this.#counts.set(operation, sum);
  }

  of(operation: string): CallCount {
    return this.#counts.get(operation) ?? { calls: 0, requests: 0, items: 0, bytes: 0, writeUnits: 0, readUnits: 0 };
  }

  get operations(): readonly string[] {
    return [...this.#counts.keys()];
  }
}
