import { type Clock, UnavailableError } from '../pipeline/ports.ts';

/** How long and how eagerly to try again. Time and chance are arguments, so that tests need not wait. */
export interface RetryPolicy {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
  /** No attempt starts later than this after the first one; the last one may still take as long as its client allows. */
  readonly budgetMs: number;
  /** @default CALL_DELAYS */
  readonly delays?: RetryDelays;
}

/** Waits that grow from one failure to the next, with a random share, so that callers do not come back together. */
export interface RetryDelays {
  /** The wait after the first failure, at most. */
  readonly firstMs: number;
  /** Each further wait is longer by this factor. */
  readonly factor: number;
  /** No wait is longer. */
  readonly maxMs: number;
  /** The share of a wait that is left to chance: 1 is full jitter. */
  readonly jitter: number;
}

/** Between the attempts of one call, while a request waits for it. */
const CALL_DELAYS: RetryDelays = { firstMs: 25, factor: 2, maxMs: 1000, jitter: 1 };

/** @param budgetMs default 4 s: an exporter waits 10 s for its answer */
export function retryPolicy(clock: Clock, budgetMs = 4000): RetryPolicy {
  return {
    clock,
    random: Math.random,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    budgetMs,
  };
}

/**
 * Makes a call until it succeeds: tries again after throttling, server errors and network errors ({@link isRetryable}).
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

/** What a wait depends on besides the policy. */
export interface WaitOptions {
  /** What the other side has asked for. @default 0 */
  readonly atLeastMs?: number;
  /** Called before the wait. */
  readonly onWait?: (delayMs: number) => void;
}

/** Exponential backoff with jitter until a deadline, for loops that do not simply repeat one call. */
export class Backoff {
  readonly #policy: RetryPolicy;
  readonly #deadlineMs: number;
  #failures = 0;

  constructor(policy: RetryPolicy, deadlineMs = policy.clock.now() + policy.budgetMs) {
    this.#policy = policy;
    this.#deadlineMs = deadlineMs;
  }

  /** Waits before the next attempt. `false`: there is no time left for one, and it did not wait. */
  async wait({ atLeastMs = 0, onWait }: WaitOptions = {}): Promise<boolean> {
    const policy = this.#policy;
    const { delays = CALL_DELAYS } = policy;
    const longestMs = Math.min(delays.maxMs, delays.firstMs * delays.factor ** this.#failures);
    this.#failures += 1;
    const chosenMs = longestMs * (1 - delays.jitter + delays.jitter * policy.random());
    const delayMs = Math.ceil(Math.max(chosenMs, atLeastMs));
    if (policy.clock.now() + delayMs > this.#deadlineMs) return false;
    onWait?.(delayMs);
    await policy.sleep(delayMs);
    return true;
  }
}

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
  // a wrong clock: clients correct it from the answer, so that the next attempt may work
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
