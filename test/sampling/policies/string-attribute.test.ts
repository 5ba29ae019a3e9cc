import { RE2JS } from 're2js';
import { describe, expect, it, vi } from 'vitest';
import { type AttributeSpec, buildTrace, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const string = (options: object) => ({ type: 'string_attribute', string_attribute: { key: 's', ...options } });
const regex = (values: string[], options: object = {}) => string({ values, enabled_regex_matching: true, ...options });

describe('string_attribute', () => {
  it.each<{ when: string; policy: object; value: AttributeSpec; vote: string }>([
    { when: 'it equals a value', policy: string({ values: ['a', 'b'] }), value: 'b', vote: 'sampled' },
    { when: 'it only contains a value', policy: string({ values: ['a', 'b'] }), value: 'ab', vote: 'not_sampled' },
    { when: 'the case differs', policy: string({ values: ['a'] }), value: 'A', vote: 'not_sampled' },
    { when: 'both are empty', policy: string({ values: ['', 'a'] }), value: '', vote: 'not_sampled' },
    { when: 'it is an int', policy: string({ values: ['5'] }), value: 5n, vote: 'not_sampled' },
    { when: 'there are no values', policy: string({ values: [] }), value: 'a', vote: 'not_sampled' },
    { when: 'a pattern is found inside', policy: regex(['\\d{3}']), value: 'v-200-x', vote: 'sampled' },
    { when: 'the pattern is a class of letters', policy: regex(['[\\/health]']), value: '/a/healthz', vote: 'sampled' },
    { when: 'a later pattern matches', policy: regex(['^x', 'v[0-9]+$']), value: 'a.v12', vote: 'sampled' },
    { when: 'no pattern matches', policy: regex(['^x', 'y$']), value: 'yx', vote: 'not_sampled' },
    { when: 'an anchor forbids it', policy: regex(['^/health$']), value: '/healthz', vote: 'not_sampled' },
    { when: 'a flag ignores the case', policy: regex(['(?i)ERROR']), value: 'an error', vote: 'sampled' },
    { when: 'there are no patterns', policy: regex([]), value: 'a', vote: 'not_sampled' },
    {
      when: 'inverted, and it equals a value',
      policy: string({ values: ['a'], invert_match: true }),
      value: 'a',
      vote: 'not_sampled',
    },
    {
      when: 'inverted, and it does not',
      policy: string({ values: ['a'], invert_match: true }),
      value: 'b',
      vote: 'sampled',
    },
    { when: 'inverted, without any pattern', policy: regex([], { invert_match: true }), value: 'a', vote: 'sampled' },
  ])('votes $vote when $when', ({ policy, value, vote }) => {
    expect(policyOf(policy).evaluate(traceOf({}, { attributes: { s: value } })).vote).toBe(vote);
    expect(policyOf(policy).evaluate(buildTrace([[{ resource: { s: value }, spans: [{}] }]])).vote).toBe(vote);
  });

  it.each<{ value: AttributeSpec }>([{ value: '' }, { value: 5n }, { value: true }, { value: null }])(
    'reads $value as empty: a pattern matches it on a resource and never on a span',
    ({ value }) => {
      const { evaluate } = policyOf(regex(['.*']));
      expect(evaluate(buildTrace([[{ resource: { s: value }, spans: [{}] }]])).vote).toBe('sampled');
      expect(evaluate(traceOf({ attributes: { s: value } })).vote).toBe('not_sampled');
    },
  );

  it('looks at every resource and every span of every fragment', () => {
    const trace = buildTrace([
      [
        { resource: { s: 'r1' }, spans: [{ attributes: { s: 's1' } }] },
        { resource: { s: 'r2' }, spans: [{}] },
      ],
      [{ resource: {}, spans: [{}, { attributes: { s: 's2' } }] }],
    ]);
    for (const value of ['r1', 's1', 'r2', 's2']) {
      expect(policyOf(string({ values: [value] })).evaluate(trace).vote).toBe('sampled');
      expect(policyOf(string({ values: [value], invert_match: true })).evaluate(trace).vote).toBe('not_sampled');
    }
  });

  it('does not take the name of a span for an attribute', () => {
    const policy = policyOf({ type: 'string_attribute', string_attribute: { key: 'name', values: ['checkout'] } });
    expect(policy.evaluate(traceOf({ name: 'checkout' })).vote).toBe('not_sampled');
  });

  it('samples a trace without the key when the match is inverted', () => {
    expect(policyOf(string({ values: ['a'], invert_match: true })).evaluate(traceOf({})).vote).toBe('sampled');
  });

  it('gives the same answers however small its memory is', () => {
    const { evaluate } = policyOf(regex(['[02468]$'], { cache_max_size: 2 }));
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 20; i++) {
        const trace = traceOf({ attributes: { s: `value ${i}` } });
        expect(evaluate(trace).vote).toBe(i % 2 === 0 ? 'sampled' : 'not_sampled');
      }
    }
  });

  it('matches in linear time a pattern that stalls a backtracking engine', () => {
    const { evaluate } = policyOf(regex(['^(a+)+$']));
    expect(evaluate(traceOf({ attributes: { s: `${'a'.repeat(5000)}b` } })).vote).toBe('not_sampled');
  });

  it('names each pattern that is not RE2', () => {
    expect(issuesOfPolicy(regex(['ok', 'a(', '(?=x)'])).errors).toEqual([
      'string_attribute.values[1]: error parsing regexp: missing closing ): `a(`',
      expect.stringMatching(/^string_attribute\.values\[2\]: error parsing regexp: invalid or unsupported Perl syntax/),
    ]);
  });

  it('warns about values that match nothing', () => {
    expect(issuesOfPolicy(string({ values: [] })).warnings).toEqual([
      'string_attribute.values: is empty: no value matches',
    ]);
    expect(issuesOfPolicy(string({ values: ['', 'a'] })).warnings).toEqual([
      'string_attribute.values: an empty string matches nothing',
    ]);
  });

  it('warns of a missing key, and needs texts for values', () => {
    expect(issuesOfPolicy({ type: 'string_attribute', string_attribute: { values: [200, 'a'] } })).toEqual({
      errors: ['string_attribute.values[0]: expected a string, got 200; write it in quotes: "200"'],
      warnings: ['string_attribute.key: is empty: only an attribute without a name matches'],
    });
  });

  it('warns about invert_match at top level, where it once kept traces out, and not inside of another policy', () => {
    const inverted = string({ values: ['a'], invert_match: true });
    expect(issuesOfPolicy(inverted).warnings).toEqual([
      expect.stringMatching(/^string_attribute\.invert_match: keeps every trace without a match/),
    ]);
    expect(issuesOfPolicy({ type: 'and', and: { and_sub_policy: [inverted] } }).warnings).toEqual([]);
  });
});

describe('the answers of patterns', () => {
  it('are remembered for short values only, which take no memory', () => {
    const matches = vi.spyOn(RE2JS.prototype, 'test');
    const policy = policyOf({
      type: 'string_attribute',
      string_attribute: { key: 'k', values: ['none'], enabled_regex_matching: true },
    });
    const asked = (k: string) => {
      matches.mockClear();
      for (let i = 0; i < 2; i++) policy.evaluate(traceOf({ attributes: { k } }));
      return matches.mock.calls.length;
    };
    expect([asked('x'.repeat(1000)), asked('x'.repeat(1001))]).toEqual([1, 2]);
    matches.mockRestore();
  });
});
