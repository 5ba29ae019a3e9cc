import type { MAX_DELAY_SECONDS } from '../ports.ts';

/**
 * Timeout of the decide function, in seconds. {@link DecideOptions.claimTimeoutMs} must be longer, so that the owner of a
 * claim of that age is certainly dead. The visibility timeout of the queue must be six times as long, plus the batching window.
 */
export const DECIDE_TIMEOUT_SECONDS = 60;

/** How work that could not be settled goes back to the queue. */
export interface RequeueOptions {
  /** Delay of the first continuation, in milliseconds. Each further one waits twice as long, up to {@link MAX_DELAY_SECONDS}. */
  readonly continuationDelayMs: number;
  /** Continuations before a fragment is dead-lettered (default 10, about 90 minutes). */
  readonly maxAttempts: number;
}

export interface DecideOptions extends RequeueOptions {
  /**
   * Age of an uncommitted claim, in milliseconds, from which its owner counts as dead. Must be longer than an invocation can
   * last ({@link DECIDE_TIMEOUT_SECONDS}).
   */
  readonly claimTimeoutMs: number;
  /** Traces that are read at the same time. */
  readonly concurrency: number;
  /** Flush threshold: once a round holds this many bytes of lines, its objects are created before another trace is read. */
  readonly maxRoundBytes: number;
}

export const DEFAULT_DECIDE_OPTIONS: DecideOptions = {
  claimTimeoutMs: 90_000,
  continuationDelayMs: 30_000,
  maxAttempts: 10,
  concurrency: 16,
  maxRoundBytes: 8 * 1024 * 1024,
};
