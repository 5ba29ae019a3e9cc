/** Names of errors that another attempt may cure; the services spell throttling in many ways. */
const RETRYABLE_NAMES: ReadonlySet<string> = new Set([
  // throttling
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  // the service
  'ConditionalRequestConflict',
  'InternalServerError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  // the network
  'AbortError',
  'TimeoutError',
  // a wrong clock; the SDK corrects it from the answer
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

/** Whether the same call may succeed later: throttling, 5xx, timeouts, lost connections. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code, $retryable, $metadata }: ErrorFacts = error;
  const status = $metadata?.httpStatusCode;
  return (
    $retryable !== undefined ||
    (typeof name === 'string' && RETRYABLE_NAMES.has(name)) ||
    (typeof code === 'string' && NETWORK_CODES.has(code)) ||
    (typeof status === 'number' && (status >= 500 || status === 429))
  );
}
