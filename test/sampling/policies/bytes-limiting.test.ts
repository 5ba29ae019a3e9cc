import { describe, expect, it } from 'vitest';
import { otlpSize } from '../../../lib/otlp/trace/size.ts';
import { LocalAllowances } from '../../memory/local-allowances.ts';
import { buildTrace, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

function bytesLimiting(bytesPerSecond: number, burstCapacity?: number) {
  const burst = burstCapacity === undefined ? {} : { burst_capacity: burstCapacity };
  return { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: bytesPerSecond, ...burst } };
}

// One span without attributes: 72 bytes (computed in otlp-size.test.ts).
describe('bytes_limiting', () => {
  it.each([
    { what: 'exactly its burst', policy: bytesLimiting(1, 72), votes: ['sampled', 'not_sampled'] },
    { what: 'nothing larger than its burst', policy: bytesLimiting(100, 71), votes: ['not_sampled', 'not_sampled'] },
    { what: 'twice the rate by default', policy: bytesLimiting(72), votes: ['sampled', 'sampled', 'not_sampled'] },
  ])('lets $what pass', ({ policy, votes }) => {
    const { evaluate } = policyOf(policy);
    const allowances = new LocalAllowances(() => 0);
    expect(votes.map(() => evaluate(traceOf({}), allowances).vote)).toEqual(votes);
  });

  it('counts the resource of each fragment', () => {
    const fragment = [{ resource: { service: 'checkout' }, spans: [{}] }];
    const whole = buildTrace([fragment, fragment]);
    expect(otlpSize(whole)).toBe(2 * otlpSize(buildTrace([fragment])));
    const { evaluate } = policyOf(bytesLimiting(1, otlpSize(whole) - 1));
    expect(evaluate(whole, new LocalAllowances(() => 0)).vote).toBe('not_sampled');
  });

  it('refills with time', () => {
    let nowMs = 0;
    const allowances = new LocalAllowances(() => nowMs);
    const { evaluate } = policyOf(bytesLimiting(72, 72));
    const vote = () => evaluate(traceOf({}), allowances).vote;
    expect(vote()).toBe('sampled');
    nowMs = 999;
    expect(vote()).toBe('not_sampled');
    nowMs = 1000;
    expect(vote()).toBe('sampled');
  });

  it('warns of a budget that is not one', () => {
    expect(issuesOfPolicy(bytesLimiting(0)).warnings).toEqual([
      'bytes_limiting.bytes_per_second: leaves no budget: keeps no trace',
    ]);
  });
});
