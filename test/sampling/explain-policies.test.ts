import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { type ExplainedVote, explainPolicies } from '../../lib/sampling/explain-policies.ts';
import type { Allowances } from '../../lib/sampling/limits.ts';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';
import { buildTrace, type FragmentSpec, type SpanSpec, traceOf } from '../support/build-trace.ts';
import { configOf } from '../support/sampling-config.ts';

/** Answers the same question in the same way each time, whatever was asked before. */
function fixedAllowances(passes: boolean, share: number): Allowances {
  return { take: (_, cost) => passes && cost < 5, shareOf: () => share };
}

const value = fc.oneof(
  fc.constantFrom('x', '', 'yes'),
  fc.boolean(),
  fc.bigInt({ min: -3n, max: 600n }),
  fc.constant(null),
);
const attributes = fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2, noNullPrototype: true });
const span = fc.record({
  startMs: fc.integer({ min: 0, max: 300 }),
  endMs: fc.integer({ min: 0, max: 900 }),
  status: fc.constantFrom('UNSET' as const, 'OK' as const, 'ERROR' as const),
  flags: fc.constantFrom(0, 1),
  traceState: fc.constantFrom('', 'shop=gold', 'shop=blue', 'ot=th:8;rv:c0000000000000', 'ot=rv:10000000000000'),
  attributes,
});
const fragments: fc.Arbitrary<FragmentSpec[]> = fc.array(
  fc.array(fc.record({ resource: attributes, spans: fc.array(span, { minLength: 1, maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
  { minLength: 1, maxLength: 3 },
);
const traceId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));

const LEAVES = {
  always_sample: fc.constant({}),
  latency: fc.record({ threshold_ms: fc.integer({ min: 0, max: 800 }), upper_threshold_ms: fc.constantFrom(0, 500) }),
  numeric_attribute: fc.record({
    key: fc.constant('b'),
    min_value: fc.integer({ min: 1, max: 500 }),
    invert_match: fc.boolean(),
  }),
  probabilistic: fc.record({ sampling_percentage: fc.integer({ min: 0, max: 100 }), use_tracestate: fc.boolean() }),
  status_code: fc.record({ status_codes: fc.constantFrom(['ERROR'], ['OK', 'ERROR']) }),
  string_attribute: fc.record({
    key: fc.constantFrom('a', 'é'),
    values: fc.constant(['x', '^y']),
    enabled_regex_matching: fc.boolean(),
    invert_match: fc.boolean(),
  }),
  trace_state: fc.constant({ key: 'shop', values: ['gold'] }),
  trace_flags: fc.constant({}),
  span_count: fc.record({ min_spans: fc.integer({ min: 1, max: 8 }) }),
  boolean_attribute: fc.record({ key: fc.constant('a'), value: fc.boolean() }),
  ottl_condition: fc.constantFrom(
    { error_mode: 'ignore', span: ['attributes["a"] == "x"'], spanevent: ['name == "exception"'] },
    { error_mode: 'propagate', span: ['Int(attributes["a"]) > 5', 'attributes["b"] / 0 == 1'] },
  ),
  rate_limiting: fc.constant({ spans_per_second: 5 }),
  bytes_limiting: fc.constant({ bytes_per_second: 100 }),
  dynamic: fc.constant({ key_attributes: ['a'] }),
};
type Kind = keyof typeof LEAVES;
const leafOf = (kind: Kind) => LEAVES[kind].map((options) => ({ type: kind, [kind]: options }));
const leaf = fc.constantFrom(...(Object.keys(LEAVES) as Kind[])).chain(leafOf);
const named = fc
  .array(leaf, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map((part, i) => ({ name: `part${i}`, ...part })));
const not = leaf.map((part) => ({ type: 'not', not: { not_sub_policy: part } }));
const COMBINATORS = {
  not,
  and: named.map((parts) => ({ type: 'and', and: { and_sub_policy: parts } })),
  drop: named.map((parts) => ({ type: 'drop', drop: { drop_sub_policy: parts } })),
  composite: named.map((parts) => ({
    type: 'composite',
    composite: { max_total_spans_per_second: 100, composite_sub_policy: parts },
  })),
};
const policy = fc.oneof(leaf, ...Object.values(COMBINATORS));

function allVotes(votes: readonly ExplainedVote[]): readonly ExplainedVote[] {
  return votes.flatMap((vote) => [vote, ...allVotes(vote.parts)]);
}

describe('an explained decision', () => {
  it('is drawn from every kind of policy', () => {
    const kinds = POLICY_DEFINITIONS.map(({ type }) => type).sort();
    expect([...Object.keys(LEAVES), ...Object.keys(COMBINATORS)].sort()).toEqual(kinds);
  });

  for (const [kind, arbitrary] of Object.entries({
    ...Object.fromEntries((Object.keys(LEAVES) as Kind[]).map((each) => [each, leafOf(each)])),
    ...COMBINATORS,
  })) {
    it(`of ${kind}: is the decision, and says what was seen`, () => {
      fc.assert(
        fc.property(
          arbitrary,
          fragments,
          traceId,
          fc.boolean(),
          fc.constantFrom(1, 0.4),
          (rule, specs, id, passes, share) => {
            const trace = buildTrace(specs, id);
            const config = configOf([rule]);
            const decided = evaluatePolicies(config, trace, fixedAllowances(passes, share));
            const { decision, votes } = explainPolicies(config, trace, fixedAllowances(passes, share));
            expect(decision).toEqual(decided);
            for (const vote of allVotes(votes)) {
              expect(vote.keeps).not.toBe('');
              // A part that failed ends the evaluation of the whole, whose message has the reason.
              if (vote.type !== 'always_sample' && vote.vote !== 'failed') expect(vote.saw).not.toBe('');
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('of several policies: has the votes of those that were evaluated, and names the others', () => {
    const config = fc.tuple(fc.array(policy, { minLength: 1, maxLength: 4 }), fc.boolean());
    fc.assert(
      fc.property(config, fragments, traceId, fc.boolean(), ([rules, first], specs, id, passes) => {
        const parsed = configOf(rules, { sample_on_first_match: first });
        const trace = buildTrace(specs, id);
        const { decision, votes } = explainPolicies(parsed, trace, fixedAllowances(passes, 0.4));
        expect(decision).toEqual(evaluatePolicies(parsed, trace, fixedAllowances(passes, 0.4)));
        expect(votes.map((vote) => vote.policy)).toEqual(parsed.policies.map(({ name }) => name));
        const evaluated = votes.filter(({ vote }) => vote !== 'not_evaluated');
        expect(evaluated.filter(({ vote }) => vote !== 'failed').map(({ policy, vote }) => ({ policy, vote }))).toEqual(
          decision.votes,
        );
        expect(
          evaluated.filter(({ vote }) => vote === 'failed').map(({ policy, saw }) => ({ policy, message: saw })),
        ).toEqual(decision.errors);
      }),
    );
  });

  it('says that a trace is too large for any policy', () => {
    const config = configOf([{ type: 'always_sample' }], { maximum_trace_size_bytes: 10 });
    const { decision, votes, tooLarge } = explainPolicies(config, traceOf({}), fixedAllowances(true, 1));
    expect(decision.outcome).toBe('not_sampled');
    expect(votes.map(({ vote }) => vote)).toEqual(['not_evaluated']);
    expect(tooLarge).toEqual({ bytes: expect.any(Number), maximumBytes: 10 });
  });
});

describe('what a policy has seen', () => {
  const sawBy = (rule: object, spans: readonly SpanSpec[], allowances = fixedAllowances(true, 0.4)) => {
    const [vote] = explainPolicies(configOf([rule]), traceOf(...spans), allowances).votes;
    return [vote?.vote, vote?.saw, vote?.facts];
  };

  it.each<[string, object, readonly SpanSpec[], unknown[]]>([
    [
      'a duration that is too short',
      { type: 'latency', latency: { threshold_ms: 1000 } },
      [{ endMs: 300 }, { startMs: 100, endMs: 812 }],
      ['not_sampled', 'it takes 812 ms', { durationMs: 812 }],
    ],
    [
      'a duration that was in the bounds before the last span came',
      { type: 'latency', latency: { threshold_ms: 100, upper_threshold_ms: 500 } },
      [{ endMs: 300 }, { startMs: 100, endMs: 812 }],
      ['sampled', 'it takes 812 ms, and took 300 ms before the last of its spans came', { durationMs: 300 }],
    ],
    [
      'a number that is too small',
      { type: 'numeric_attribute', numeric_attribute: { key: 'http.status_code', min_value: 500 } },
      [{ attributes: { 'http.status_code': 200n } }, { attributes: { 'http.status_code': 404n } }],
      ['not_sampled', 'http.status_code is 200, 404', { key: 'http.status_code', values: ['200', '404'] }],
    ],
    [
      'the number that matches',
      { type: 'numeric_attribute', numeric_attribute: { key: 'http.status_code', min_value: 500 } },
      [{ attributes: { 'http.status_code': 200n } }, { attributes: { 'http.status_code': 503n } }],
      ['sampled', 'http.status_code is 503', { key: 'http.status_code', values: ['503'] }],
    ],
    [
      'an attribute that is not there',
      { type: 'string_attribute', string_attribute: { key: 'customer', values: ['acme'] } },
      [{}],
      ['not_sampled', 'nothing in it has customer', { key: 'customer', values: [] }],
    ],
    [
      'the span with the status',
      { type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      [{ name: 'GET /' }, { name: 'POST /pay', status: 'ERROR' }],
      ['sampled', 'span "POST /pay" has status ERROR', { span: 'POST /pay', status: 'ERROR' }],
    ],
    [
      'the number of spans',
      { type: 'span_count', span_count: { min_spans: 3 } },
      [{}, {}],
      ['not_sampled', 'it has 2 spans', { spans: 2 }],
    ],
    [
      'what is left of a limit',
      { type: 'rate_limiting', rate_limiting: { spans_per_second: 10 } },
      [{}, {}, {}, {}, {}],
      [
        'not_sampled',
        'it has 5 spans, and fewer are left of the budget',
        { spans: 5, perSecond: 10, burst: 20, isWithinLimit: false },
      ],
    ],
    [
      'what another policy did not match',
      { type: 'and', and: { and_sub_policy: [{ name: 'slow', type: 'latency', latency: { threshold_ms: 1000 } }] } },
      [{}],
      ['not_sampled', 'sub-policy slow does not match it', { subPolicy: 0 }],
    ],
  ])('is %s', (_, rule, spans, expected) => {
    expect(sawBy(rule, spans)).toEqual(expected);
  });

  it('is the place of the hash, and the share', () => {
    const rule = (percentage: number) => ({
      type: 'probabilistic',
      probabilistic: { sampling_percentage: percentage },
    });
    const [vote, saw, facts] = sawBy(rule(5), [{}]);
    const { hashShare, share } = facts as { hashShare: number; share: number };
    expect(share).toBe(0.05);
    expect(vote).toBe(hashShare <= share ? 'sampled' : 'not_sampled');
    expect(saw).toMatch(/^the hash of its ID is at [\d.]+ % of the range, and those up to 5 % are kept$/);
    // The same place decides at any share.
    expect(sawBy(rule(hashShare * 100 + 0.001), [{}])[0]).toBe('sampled');
    expect(sawBy(rule(hashShare * 100 - 0.001), [{}])[0]).toBe('not_sampled');
  });
});
