import { DEFAULT_BUFFER_TTL_MS } from '../adapter-rules.ts';
import type { MAX_DELAY_SECONDS } from '../ports.ts';

/** How work that could not be settled goes back to the queue. */
export interface RequeueOptions {
  /** Delay of the first continuation, in milliseconds. Each further one waits twice as long, up to {@link MAX_DELAY_SECONDS}. */
  readonly continuationDelayMs: number;
  /** Continuations before a fragment is dead-lettered (default 10, about 90 minutes). */
  readonly maxAttempts: number;
}

/** From where on a trace is large, and what is spared then. The values bound the cost of a fragment, whatever the size of its trace. */
export interface LargeTraceOptions {
  /**
   * A trace with a record and more fragments than this is large: only what the wake-ups name is read of it. Each fragment of a
   * smaller one may cause a look at all of them.
   */
  readonly wholeUpTo: number;
  /** A claim with more fragments keeps their names in lists, so that its record takes one write unit. */
  readonly inlineHashes: number;
  /** About how many looks at all of a large trace that is not sampled come while it doubles, if nothing else calls for one. */
  readonly looksWhileDoubling: number;
  /** Looks at all of such a trace in ten minutes because its note was made with other policies (`policy-change.ts`). */
  readonly policyLooks: number;
}

export interface DecideOptions extends RequeueOptions {
  /**
   * Age of an uncommitted claim, in milliseconds, from which its owner counts as dead. Must be longer than an invocation can
   * last: than the timeout of the function.
   */
  readonly claimTimeoutMs: number;
  /** How long the buffer keeps a fragment, in milliseconds: what is missing after that time has expired. */
  readonly bufferTtlMs: number;
  /** Traces that are read at the same time. */
  readonly concurrency: number;
  /** Flush threshold: once a round holds this many bytes of lines, its objects are created before another trace is read. */
  readonly maxRoundBytes: number;
  /**
   * A round that has lasted so long, in milliseconds, takes no further trace: what it holds is committed, so that the traces of small
   * requests do not wait for those of a giant one in the same batch.
   */
  readonly maxRoundMs: number;
  readonly largeTraces: LargeTraceOptions;
}

export const DEFAULT_DECIDE_OPTIONS: DecideOptions = {
  claimTimeoutMs: 90_000,
  continuationDelayMs: 30_000,
  maxAttempts: 10,
  bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
  concurrency: 16,
  maxRoundBytes: 8 * 1024 * 1024,
  maxRoundMs: 10_000,
  largeTraces: { wholeUpTo: 16, inlineHashes: 32, looksWhileDoubling: 1, policyLooks: 4 },
};
