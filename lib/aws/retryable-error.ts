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
