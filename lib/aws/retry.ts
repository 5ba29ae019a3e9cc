import { type Clock, UnavailableError } from '../pipeline/ports.ts';

/** The services spell throttling in many ways. */
const THROTTLING_NAMES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** Names of other errors that another attempt may cure. */
const RETRYABLE_NAMES: ReadonlySet<string> = new Set([
  // the service
  'ConditionalRequestConflict',
  'InternalServerError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  // the network
  'AbortError',
  'TimeoutError',
  // a wrong clock: clients of the SDK correct it from the answer, so that the next attempt may work; the signed reads of SSM
  // do not, and use up their attempts
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
]);

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

interface ErrorFacts {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/** Whether the service had no room for the call. */
export function isThrottling(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, $metadata }: ErrorFacts = error;
  return (typeof name === 'string' && THROTTLING_NAMES.has(name)) || $metadata?.httpStatusCode === 429;
}

/** Whether the same call may succeed later: throttling, 5xx, timeouts, lost connections. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (isThrottling(error)) return true;
  const { name, code, $retryable, $metadata }: ErrorFacts = error;
  const status = $metadata?.httpStatusCode;
  return (
    $retryable !== undefined ||
    (typeof name === 'string' && RETRYABLE_NAMES.has(name)) ||
    (typeof code === 'string' && NETWORK_CODES.has(code)) ||
    (typeof status === 'number' && status >= 500)
  );
}

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
