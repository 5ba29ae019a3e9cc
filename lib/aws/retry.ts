import { UnavailableError } from '../pipeline/errors.ts';
import type { Clock } from '../pipeline/ports.ts';
import { isRetryable } from './retryable-error.ts';

/** How long and how eagerly to try again. Time and chance are arguments, so that tests need not wait. */
export interface RetryPolicy {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
  /** No attempt starts later than this after the first one; the last one may still take as long as its client allows. */
  readonly budgetMs: number;
}

const BASE_DELAY_MS = 25;
const MAX_DELAY_MS = 1000;

/** @param budgetMs default 4 s: an exporter waits 10 s for its answer */
export function retryPolicy(clock: Clock, budgetMs = 4000): RetryPolicy {
  return {
    clock,
    random: Math.random,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    budgetMs,
  };
}

/** Exponential backoff with full jitter until a deadline. */
export class Backoff {
  readonly #policy: RetryPolicy;
  readonly #deadlineMs: number;
  #failures = 0;

  constructor(policy: RetryPolicy, deadlineMs = policy.clock.now() + policy.budgetMs) {
    this.#policy = policy;
    this.#deadlineMs = deadlineMs;
  }

  /** Waits before the next attempt. `false`: there is no time left for one, and nothing was waited for. */
  async wait(): Promise<boolean> {
    const ceilingMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    const delayMs = Math.ceil(this.#policy.random() * ceilingMs);
    if (this.#policy.clock.now() + delayMs > this.#deadlineMs) return false;
    await this.#policy.sleep(delayMs);
    return true;
  }
}

/**
 * Calls until it answers, and tries again after throttling, server errors and network errors.
 * @param what what the call does, for the error: "read trace 4bf9…"
 * @throws {UnavailableError} when the budget is spent. Errors that another attempt cannot cure are thrown as they are.
 */
export async function retry<Answer>(policy: RetryPolicy, what: string, call: () => Promise<Answer>): Promise<Answer> {
  const backoff = new Backoff(policy);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (!(await backoff.wait())) throw unavailable(what, policy, error);
    }
  }
}

export function unavailable(what: string, policy: RetryPolicy, cause: unknown): UnavailableError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new UnavailableError(`could not ${what} within ${policy.budgetMs} ms: ${reason}`, { cause });
}
