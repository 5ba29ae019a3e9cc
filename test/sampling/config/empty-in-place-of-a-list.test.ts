/** What the Collector (v0.165.1) makes of an empty string or of nothing where a list or a word belongs. */
import { describe, expect, it } from 'vitest';
import { issuesOfPolicy } from '../../support/sampling-config.ts';

const composite = (options: object) => ({
  type: 'composite',
  composite: { composite_sub_policy: [{ name: 'a', type: 'always_sample' }], ...options },
});
const part = { name: 'a', type: 'always_sample' };

describe('an empty string in place of a list', () => {
  it.each([
    ['rate_allocation', composite({ rate_allocation: '' })],
    ['composite_sub_policy', composite({ composite_sub_policy: '' })],
    ['and_sub_policy', { type: 'and', and: { and_sub_policy: '' } }],
    ['drop_sub_policy', { type: 'drop', drop: { drop_sub_policy: '' } }],
  ])('is refused for %s, a list of maps', (_, policy) => {
    expect(issuesOfPolicy(policy).errors).toEqual([expect.stringMatching(/: expected a list, got ""$/)]);
  });

  it.each([
    ['values', { type: 'string_attribute', string_attribute: { key: 'a', values: '' } }],
    ['policy_order', composite({ policy_order: '' })],
    ['span', { type: 'ottl_condition', ottl_condition: { error_mode: 'ignore', span: '', spanevent: ['true'] } }],
  ])('is an empty list of strings for %s', (_, policy) => {
    expect(issuesOfPolicy(policy).errors).toEqual([]);
  });

  it('nothing in place of a list is an empty one', () => {
    expect(issuesOfPolicy(composite({ rate_allocation: null })).errors).toEqual([]);
    expect(issuesOfPolicy({ type: 'and', and: { and_sub_policy: null } }).errors).toEqual([]);
    expect(issuesOfPolicy({ type: 'not', not: { not_sub_policy: part } }).errors).toEqual([]);
  });

  it('nothing in place of an error mode is refused', () => {
    const options = { error_mode: null, span: ['true'] };
    expect(issuesOfPolicy({ type: 'ottl_condition', ottl_condition: options }).errors).toEqual([
      'ottl_condition.error_mode: expected one of propagate, ignore, silent, got nothing',
    ]);
  });
});
