import { describe, expect, it } from 'vitest';
import { timeChecks } from '../../../functions/decide/handler.ts';
import { DECIDE_TIMEOUT_SECONDS } from '../../../lib/aws/function-contract.ts';
import { DEFAULT_DECIDE_OPTIONS } from '../../../lib/pipeline/decide/options.ts';

function context(timeoutMs: number) {
  let leftMs = timeoutMs;
  return { getRemainingTimeInMillis: () => leftMs, pass: (ms: number) => (leftMs -= ms) };
}

describe('the time of an invocation', () => {
  it('ends 15 seconds before its timeout', () => {
    const invocation = context(60_000);
    const { hasTime } = timeChecks(invocation);
    expect(hasTime()).toBe(true);
    invocation.pass(44_999);
    expect(hasTime()).toBe(true);
    invocation.pass(1);
    expect(hasTime()).toBe(false);
  });

  it('is half of a short timeout', () => {
    const invocation = context(10_000);
    const { hasTime } = timeChecks(invocation);
    invocation.pass(4_999);
    expect(hasTime()).toBe(true);
    invocation.pass(1);
    expect(hasTime()).toBe(false);
  });

  it('leaves half of its end for evaluations under way', () => {
    const invocation = context(60_000);
    const { mustStop } = timeChecks(invocation);
    invocation.pass(52_500);
    expect(mustStop()).toBe(false);
    invocation.pass(1);
    expect(mustStop()).toBe(true);
  });

  it('is shorter than it takes until an owner counts as dead', () => {
    expect(DECIDE_TIMEOUT_SECONDS * 1000).toBeLessThan(DEFAULT_DECIDE_OPTIONS.claimTimeoutMs);
  });
});
