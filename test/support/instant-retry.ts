import type { RetryPolicy } from '../../lib/aws/retry.ts';
import type { ManualClock } from './manual-clock.ts';

/** A retry policy whose waiting only moves the clock; `waits` tells what was waited for, in milliseconds. */
export function instantRetryPolicy(clock: ManualClock, budgetMs = 4000): RetryPolicy & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    clock,
    budgetMs,
    waits,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      clock.advance(milliseconds);
    },
  };
}
