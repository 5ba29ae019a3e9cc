/** As the Collector's exporters wait: from a second, half as long again each time, up to half a minute. */
const FIRST_MS = 1_000;
const FACTOR = 1.5;
const MAX_MS = 30_000;

/**
 * How long to wait before the next attempt: exponential backoff with jitter, and at least what the receiver asks for.
 *
 * @param failures so far, from 1
 * @param retryAfter seconds or an HTTP date (RFC 9110, section 10.2.3), or anything else, which does not count
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(failures: number, retryAfter: string | null, nowMs: number, random: number): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * FACTOR ** (failures - 1));
  const backoff = ceiling * (0.5 + random / 2);
  return Math.ceil(Math.max(backoff, retryAfterMs(retryAfter, nowMs)));
}

function retryAfterMs(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter) * 1_000;
  const dateMs = Date.parse(retryAfter);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}
