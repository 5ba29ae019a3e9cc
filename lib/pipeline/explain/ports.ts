import type { TokenBucket } from '../../sampling/limits.ts';

/** The ports of those who look and change nothing. The adapters of `../ports.ts` implement them as well. */

/** A fragment as it arrived, without its spans. */
export interface Arrival {
  readonly hash: string;
  /** When the export request arrived, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly spanCount: number;
}

/** What a person who looks for a trace asks of a buffer, besides the trace. */
export interface ArrivalLog {
  /**
   * The fragments of a trace in arrival order, also those that have expired and are not deleted yet: until then the buffer can tell a
   * trace that came too long ago from one that never came.
   * @throws {UnavailableError}
   */
  arrivals(traceId: string): Promise<readonly Arrival[]>;
}

/** Looks at buckets without taking anything. */
export interface LimitLevels {
  /** The level of a bucket (strongly consistent); `undefined`: nothing was ever taken. @throws {UnavailableError} */
  level(bucket: TokenBucket): Promise<bigint | undefined>;
}
