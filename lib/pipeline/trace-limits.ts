/** How large a trace may be, as it lies in the buffer. */
export interface TraceSize {
  readonly fragments: number;
  readonly spans: number;
  /** Of the payloads, uncompressed. */
  readonly bytes: number;
}

/**
 * More than this of one trace is never read: deciding on it would exhaust the function. 500,000 spans of the smallest kind, each in a
 * `ResourceSpans` of its own, take some 700 MB to index and write.
 */
export const LARGEST_TRACE: TraceSize = { fragments: 10_000, spans: 500_000, bytes: 64 * 1024 * 1024 };

/**
 * Traces up to this are examined many at a time; larger ones {@link OneAtATime}, so that memory holds one of them. Lines take up to six
 * times the bytes, and 16 traces of each of 4 tenants may be under way.
 */
export const SMALL_TRACE: TraceSize = { fragments: 1_000, spans: 10_000, bytes: 1024 * 1024 };

/** What of `size` exceeds the limit, in words; `undefined` when nothing does. */
export function whatExceeds(size: TraceSize, limit: TraceSize): string | undefined {
  for (const unit of ['fragments', 'spans', 'bytes'] as const) {
    if (size[unit] > limit[unit]) return `more than ${limit[unit]} ${unit}`;
  }
  return undefined;
}

/** Runs tasks in the order in which they come, each when the one before it has ended, well or not. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
