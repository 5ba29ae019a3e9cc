import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { buildTrace } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf } from '../support/sampling-config.ts';

const half = (salt: string) => ({
  type: 'probabilistic',
  probabilistic: { sampling_percentage: 50, hash_salt: salt },
});
const IDS = Array.from({ length: 4000 }, (_, i) => createHash('md5').update(`${i}`).digest('hex'));

/** How many of the traces are kept, and what they add up to. */
function sample(...salts: readonly string[]) {
  const config = configOf(salts.map(half));
  const decisions = IDS.map((id) => evaluatePolicies(config, buildTrace([[{ spans: [{}] }]], id), NO_ALLOWANCES));
  const weights = decisions.filter(({ outcome }) => outcome === 'sampled').map(({ adjustedCount }) => adjustedCount);
  return { kept: weights.length, weights: [...new Set(weights)] };
}

describe('the probabilities of hashes with two salts', () => {
  it('are independent as a rule', () => {
    const { kept, weights } = sample('default-hash-seed', 'custom-salt');
    expect(weights).toEqual([1 / 0.75]);
    // 3000 expected, standard deviation 27.4.
    expect(Math.abs(kept - 3000)).toBeLessThan(137);
  });

  // FNV-1a has the lowest byte fd after either salt, and then keeps their hashes the same distance apart.
  it('depend on each other when the salts end in the same lowest byte', () => {
    const { kept, weights } = sample('default-hash-seed', 'salt-69');
    expect(weights).toHaveLength(1);
    const [weight] = weights;
    expect(Math.abs((weight ?? 0) - 1 / 0.75)).toBeGreaterThan(0.05);
    const expected = IDS.length / (weight ?? 0);
    expect(Math.abs(kept - expected)).toBeLessThan(5 * Math.sqrt(expected * (1 - expected / IDS.length)));
  });
});
