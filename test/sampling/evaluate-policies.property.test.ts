import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { buildTrace, encodeFragment, type FragmentSpec, TRACE_ID } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf, policyOf } from '../support/sampling-config.ts';

const attributes = fc.dictionary(
  fc.constantFrom('a', 'b'),
  fc.oneof(
    fc.constantFrom('x', '', 'yes'),
    fc.boolean(),
    fc.bigInt({ min: -3n, max: 600n }),
    fc.constant(500.5),
    fc.constant(null),
  ),
  { maxKeys: 2, noNullPrototype: true },
);
const span = fc.record({
  startMs: fc.integer({ min: 0, max: 300 }),
  endMs: fc.integer({ min: 0, max: 900 }),
  status: fc.constantFrom('UNSET' as const, 'OK' as const, 'ERROR' as const),
  attributes,
});
const fragment: fc.Arbitrary<FragmentSpec> = fc.array(
  fc.record({ resource: attributes, spans: fc.array(span, { minLength: 1, maxLength: 3 }) }),
  { minLength: 1, maxLength: 2 },
);
const fragments = fc.array(fragment, { minLength: 1, maxLength: 4 });
const traceId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));

const leaf = fc.oneof(
  fc.constant({ type: 'always_sample' }),
  fc
    .constantFrom('OK', 'ERROR', 'UNSET')
    .map((code) => ({ type: 'status_code', status_code: { status_codes: [code] } })),
  fc.integer({ min: 0, max: 800 }).map((ms) => ({ type: 'latency', latency: { threshold_ms: ms } })),
  fc.integer({ min: 0, max: 100 }).map((p) => ({ type: 'probabilistic', probabilistic: { sampling_percentage: p } })),
  fc.tuple(fc.boolean(), fc.boolean()).map(([isRegex, invert]) => ({
    type: 'string_attribute',
    string_attribute: { key: 'a', values: ['x', '^y'], enabled_regex_matching: isRegex, invert_match: invert },
  })),
  fc
    .integer({ min: 1, max: 500 })
    .map((min) => ({ type: 'numeric_attribute', numeric_attribute: { key: 'b', min_value: min } })),
  fc.boolean().map((value) => ({ type: 'boolean_attribute', boolean_attribute: { key: 'a', value } })),
  fc
    .integer({ min: 1, max: 8 })
    .map((min) => ({ type: 'span_count', span_count: { min_spans: min, max_spans: min + 3 } })),
);
const not = leaf.map((part) => ({ type: 'not', not: { not_sub_policy: part } }));
const policy = fc.oneof(
  leaf,
  not,
  fc
    .array(fc.oneof(leaf, not), { minLength: 1, maxLength: 3 })
    .map((parts) => ({ type: 'and', and: { and_sub_policy: parts } })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((parts) => ({ type: 'drop', drop: { drop_sub_policy: parts } })),
);
const config = fc
  .tuple(fc.array(policy, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([policies, first]) => configOf(policies, { sample_on_first_match: first }));

/** The specs as bytes, shuffled by `order`. */
function encodeAll(specs: readonly FragmentSpec[], id: string): Uint8Array[] {
  return specs.map((spec, i) => encodeFragment(spec, id, i));
}

describe('evaluatePolicies, on any trace and configuration without an upper bound of latency', () => {
  it('does not depend on the order in which fragments arrive', () => {
    const shuffled = fragments.chain((specs) =>
      fc.tuple(fc.constant(specs), fc.shuffledSubarray([...specs.keys()], { minLength: specs.length })),
    );
    fc.assert(
      fc.property(config, shuffled, traceId, (rules, [specs, order], id) => {
        const bytes = encodeAll(specs, id);
        const reordered = order.flatMap((i) => bytes[i] ?? []);
        expect(evaluatePolicies(rules, Trace.fromFragments(id, reordered), NO_ALLOWANCES)).toEqual(
          evaluatePolicies(rules, Trace.fromFragments(id, bytes), NO_ALLOWANCES),
        );
      }),
    );
  });

  it('does not depend on fragments that arrive twice', () => {
    fc.assert(
      fc.property(config, fragments, traceId, fc.nat(), (rules, specs, id, pick) => {
        const bytes = encodeAll(specs, id);
        const twice = [...bytes, ...bytes.slice(pick % bytes.length)];
        expect(evaluatePolicies(rules, Trace.fromFragments(id, twice), NO_ALLOWANCES)).toEqual(
          evaluatePolicies(rules, Trace.fromFragments(id, bytes), NO_ALLOWANCES),
        );
      }),
    );
  });

  it('credits a policy exactly when it keeps or drops the trace, and weighs at least 1 what it keeps', () => {
    fc.assert(
      fc.property(config, fragments, traceId, (rules, specs, id) => {
        const {
          outcome,
          policy: credited,
          adjustedCount,
          votes,
          errors,
        } = evaluatePolicies(rules, buildTrace(specs, id), NO_ALLOWANCES);
        expect(errors).toEqual([]);
        if (outcome === 'not_sampled') expect(credited).toBe('');
        else expect(votes).toContainEqual({ policy: credited, vote: outcome });
        if (outcome === 'sampled') expect(adjustedCount).toBeGreaterThanOrEqual(1);
        else expect(adjustedCount).toBeNull();
      }),
    );
  });
});

describe('policies, on any trace', () => {
  it('vote inside of not the opposite of what they vote alone, so that none of them and its opposite both sample', () => {
    fc.assert(
      fc.property(leaf, fragments, traceId, (part, specs, id) => {
        const trace = buildTrace(specs, id);
        const plain = policyOf(part).evaluate(trace).vote;
        const negated = policyOf({ type: 'not', not: { not_sub_policy: part } }).evaluate(trace).vote;
        expect([plain, negated].sort()).toEqual(['not_sampled', 'sampled']);
        const parts = [part, { type: 'not', not: { not_sub_policy: part } }];
        for (const order of [parts, parts.toReversed()]) {
          expect(policyOf({ type: 'and', and: { and_sub_policy: order } }).evaluate(trace).vote).toBe('not_sampled');
        }
      }),
    );
  });

  it('keep at a higher percentage every trace that they keep at a lower one', () => {
    fc.assert(
      fc.property(
        traceId,
        fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true })),
        (id, pair) => {
          const [low = 0, high = 0] = pair.toSorted((a, b) => a - b);
          const trace = buildTrace([[{ spans: [{}] }]], id);
          const voteAt = (percentage: number) =>
            policyOf({ type: 'probabilistic', probabilistic: { sampling_percentage: percentage } }).evaluate(trace)
              .vote;
          if (voteAt(low) === 'sampled') expect(voteAt(high)).toBe('sampled');
        },
      ),
    );
  });

  it('keep close to the percentage that they are given', () => {
    const { evaluate } = policyOf({ type: 'probabilistic', probabilistic: { sampling_percentage: 25 } });
    const ids = Array.from(
      { length: 4000 },
      (_, i) => (i * 2654435761).toString(16).padStart(16, '0') + TRACE_ID.slice(16),
    );
    const kept = ids.filter((id) => evaluate(buildTrace([[{ spans: [{}] }]], id)).vote === 'sampled').length;
    // 1000 expected, standard deviation 27.
    expect(Math.abs(kept - 1000)).toBeLessThan(135);
  });
});
