import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEMO_POLICIES, expectedPolicy } from '../../../lib/cli/demo/expected-policy.ts';
import type { SentTrace } from '../../../lib/cli/demo/sent-ledger.ts';

function sent(fields: Partial<SentTrace>): SentTrace {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanIds: new Set(),
    earliestStart: 0n,
    latestEnd: 100_000_000n,
    hasError: false,
    tiers: new Set(['standard']),
    ...fields,
  };
}

const IN_SHARE = 'ffffffffffffffffffffffffffffffff';

describe('expectedPolicy', () => {
  it.each([
    { when: 'nothing is special', trace: sent({}), policy: undefined },
    { when: 'its hash is in the share', trace: sent({ traceId: IN_SHARE }), policy: 'baseline' },
    {
      when: 'the customer is a VIP',
      trace: sent({ traceId: IN_SHARE, tiers: new Set(['vip']) }),
      policy: 'vip-customers',
    },
    { when: 'it took 1001 ms', trace: sent({ latestEnd: 1_001_000_000n, tiers: new Set(['vip']) }), policy: 'slow' },
    { when: 'it took 1000.9 ms', trace: sent({ latestEnd: 1_000_900_000n }), policy: undefined },
    { when: 'a span failed', trace: sent({ hasError: true, latestEnd: 5_000_000_000n }), policy: 'errors' },
  ])('is $policy when $when', ({ trace, policy }) => {
    expect(expectedPolicy(trace)).toBe(policy);
  });

  it('knows the policies of tailgate.yaml, their order and numbers', () => {
    const file = new URL('../../../lib/cli/demo/tailgate.yaml', import.meta.url);
    const { policies } = parse(readFileSync(file, 'utf8'))['tail_sampling'];
    expect(policies.map((policy: { name: string }) => policy.name)).toEqual(DEMO_POLICIES);
    expect(policies).toMatchObject([
      { status_code: { status_codes: ['ERROR'] } },
      { latency: { threshold_ms: 1000 } },
      { string_attribute: { key: 'customer.tier', values: ['vip'] } },
      { probabilistic: { sampling_percentage: 10 } },
    ]);
  });
});
