import { MAX_DELAY_SECONDS } from '../pipeline/ports.ts';

/** @throws {RangeError} unless it is a delay that SQS takes: whole seconds, 0 to {@link MAX_DELAY_SECONDS}. */
export function assertDelaySeconds(delaySeconds: number): void {
  if (Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= MAX_DELAY_SECONDS) return;
  throw new RangeError(
    `a wake-up's delay must be whole seconds from 0 to ${MAX_DELAY_SECONDS}, got ${delaySeconds}; make longer waits of hops`,
  );
}
