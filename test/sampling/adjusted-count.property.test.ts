import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../lib/otlp/trace/trace.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { buildTrace } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf } from '../support/sampling-config.ts';

const IDS = Array.from({ length: 1000 }, (_, i) => createHash('md5').update(`trace ${i}`).digest('hex'));

interface Kind {
  readonly name: string;
  readonly traces: readonly Trace[];
  /** How many traces there were for each of these before the head sampler. */
  readonly headCount: number;
}

/** Traces that differ in nothing but chance. */
function kindOf(name: string, status: 'OK' | 'ERROR', traceStateOf: (id: string) => string, headCount = 1): Kind {
  const traces = IDS.map((id) => buildTrace([[{ spans: [{ status, traceState: traceStateOf(id) }] }]], id));
  return { name, traces, headCount };
}

/** R that has nothing to do with the ID. */
const randomDigits = (id: string) => createHash('md5').update(id).digest('hex').slice(0, 14);
/** In the upper half: what passes a head sampler of 1 in 2. */
const upperHalf = (id: string) => `${'89abcdef'[Number.parseInt(id.slice(0, 2), 16) % 8]}${randomDigits(id).slice(1)}`;

const KINDS = [
  kindOf('healthy', 'OK', () => ''),
  kindOf('with an error', 'ERROR', () => ''),
  kindOf('with randomness', 'OK', (id) => `ot=rv:${randomDigits(id)}`),
  kindOf('from a head sampler', 'ERROR', (id) => `ot=rv:${upperHalf(id)};th:8`, 2),
];

const share = fc.record({
  type: fc.constant('probabilistic'),
  probabilistic: fc.record({
    sampling_percentage: fc.constantFrom(10, 25, 40, 50, 75, 90),
    // The first and the last are not independent: see hash-probability.test.ts.
    hash_salt: fc.constantFrom('default-hash-seed', 'custom-salt', 'test-salt', 'salt-69'),
    use_tracestate: fc.boolean(),
  }),
});
const isError = fc.constant({ type: 'status_code', status_code: { status_codes: ['ERROR'] } });
const not = fc.oneof(share, isError).map((part) => ({ type: 'not', not: { not_sub_policy: part } }));
const part = fc.oneof(
  { weight: 4, arbitrary: share },
  { weight: 2, arbitrary: not },
  { weight: 1, arbitrary: isError },
);
const parts = fc.array(part, { minLength: 1, maxLength: 3 });
const policy = fc.oneof(
  { weight: 3, arbitrary: share },
  { weight: 1, arbitrary: not },
  { weight: 3, arbitrary: parts.map((list) => ({ type: 'and', and: { and_sub_policy: list } })) },
  { weight: 1, arbitrary: parts.map((list) => ({ type: 'drop', drop: { drop_sub_policy: list } })) },
);
const config = fc
  .tuple(fc.array(policy, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([policies, first]) => configOf(policies, { sample_on_first_match: first }));

describe('the weights of kept traces', () => {
  it('add up to all traces, for any policies that go by chance', () => {
    fc.assert(
      fc.property(config, fc.constantFrom(...KINDS), (rules, { traces, headCount }) => {
        const decisions = traces.map((trace) => evaluatePolicies(rules, trace, NO_ALLOWANCES));
        const weights = decisions.filter(({ outcome }) => outcome === 'sampled').map((kept) => kept.adjustedCount ?? 0);
        const weight = weights[0];
        if (weight === undefined) return;
        for (const other of weights) expect(other).toBeCloseTo(weight, 9);
        // Kept with probability p: binomial. The smallest possible count is off by less than one trace.
        const p = headCount / weight;
        expect(p).toBeLessThanOrEqual(1 + 1e-9);
        const deviation = Math.sqrt(traces.length * Math.max(p * (1 - p), 0));
        expect(Math.abs(weights.length - traces.length * p)).toBeLessThan(5 * deviation + 1);
      }),
      { seed: 20_261_121, numRuns: 150 },
    );
  });
});
