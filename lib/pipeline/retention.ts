import { DEFAULT_DECIDE_OPTIONS, type RequeueOptions } from './decide/options.ts';
import { MAX_DELAY_SECONDS } from './ports.ts';

/**
 * How long spans, wake-ups and dead letters are kept, and what must hold between them so that nothing vanishes in silence:
 * ```
 *   arrival ── decision wait ── attempts, deliveries ──▶ dead letter ── a person acts ──┐
 *   spans in the buffer ───────────────────────────────────────────────────────────────┼──▶ expired: decide says so
 *   wake-up in the queue ──────────────────────────────────────────────────────────────┼────────▶
 *   dead letter, with the age of its wake-up ──────────────────────────────────────────┼──────────────▶
 * ```
 */
export interface Retention {
  readonly bufferTtlMs: number;
  /** SQS deletes an older wake-up without a word. */
  readonly queueRetentionMs: number;
  /** Counted from when the wake-up was sent first, where SQS itself has moved it. */
  readonly deadLetterRetentionMs: number;
  /** The longest `decision_wait` that there may be. */
  readonly longestWaitMs: number;
  /** How long a wake-up that nobody acknowledges is tried again. */
  readonly retriesMs: number;
}

/** At least so long, in milliseconds, a person has to act on a dead letter before its spans expire. */
export const TIME_TO_ACT_MS = 6 * 3_600_000;

/** What is wrong, a line each. */
export function retentionProblems(retention: Retention): readonly string[] {
  const { bufferTtlMs, queueRetentionMs, deadLetterRetentionMs, longestWaitMs, retriesMs } = retention;
  const problems: string[] = [];
  const neededTtlMs = longestWaitMs + retriesMs + TIME_TO_ACT_MS;
  if (bufferTtlMs < neededTtlMs) {
    problems.push(
      `the buffer keeps spans for ${hours(bufferTtlMs)}: expected ${hours(neededTtlMs)} or more, for the longest decision_wait ` +
        `(${hours(longestWaitMs)}), the attempts to decide (${hours(retriesMs)}) and ${hours(TIME_TO_ACT_MS)} for a person to act`,
    );
  }
  if (queueRetentionMs < bufferTtlMs + retriesMs) {
    problems.push(
      `the queue keeps wake-ups for ${hours(queueRetentionMs)}: expected ${hours(bufferTtlMs + retriesMs)} or more, longer than the ` +
        'buffer keeps spans: SQS deletes an older wake-up without a word, and nobody would hear of its spans',
    );
  }
  if (deadLetterRetentionMs < queueRetentionMs + bufferTtlMs) {
    problems.push(
      `dead letters are kept for ${hours(deadLetterRetentionMs)}: expected ${hours(queueRetentionMs + bufferTtlMs)} or more, because one ` +
        'that SQS moves keeps the age that it had in the queue',
    );
  }
  return problems;
}

/** From the first attempt until a wake-up is a dead letter: all continuations, or all deliveries of one message. */
export function retriesMs(
  visibilityTimeoutMs: number,
  maxReceiveCount: number,
  { continuationDelayMs, maxAttempts }: RequeueOptions = DEFAULT_DECIDE_OPTIONS,
): number {
  let continuationsMs = 0;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    continuationsMs += Math.min(continuationDelayMs * 2 ** attempt, MAX_DELAY_SECONDS * 1000);
  }
  return continuationsMs + visibilityTimeoutMs * maxReceiveCount;
}

function hours(ms: number): string {
  return `${Math.round(ms / 360_000) / 10} hours`;
}
