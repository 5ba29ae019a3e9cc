const HOUR_MS = 3_600_000;

/** How long a fragment waits in the buffer before it expires, counted from its arrival. */
export const DEFAULT_BUFFER_TTL_MS = 24 * HOUR_MS;

/**
 * How much longer a decision record lives than the fragments: a resend within this time finds the decision and is not
 * archived a second time.
 */
export const RECORD_EXTRA_TTL_MS = 7 * 24 * HOUR_MS;

/** First second at which a fragment is expired, in seconds since the epoch (the unit of DynamoDB's TTL). */
export function fragmentExpiresAt(receivedAtMs: number, bufferTtlMs: number): number {
  return Math.ceil((receivedAtMs + bufferTtlMs) / 1000);
}

/** First second at which a decision record written at `nowMs` is expired, in seconds since the epoch. */
export function recordExpiresAt(nowMs: number, bufferTtlMs: number): number {
  return Math.ceil((nowMs + bufferTtlMs + RECORD_EXTRA_TTL_MS) / 1000);
}

/** DynamoDB deletes expired items up to days late, so that every reader asks this. */
export function isExpired(expiresAt: number, nowMs: number): boolean {
  return expiresAt * 1000 <= nowMs;
}
