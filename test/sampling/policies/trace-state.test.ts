import { describe, expect, it } from 'vitest';
import { traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const traceState = (key: string, ...values: string[]) => ({ type: 'trace_state', trace_state: { key, values } });

describe('trace_state', () => {
  it.each([
    { when: 'the member has the value', policy: traceState('a', '1'), states: ['a=1'], vote: 'sampled' },
    { when: 'it has one of the values', policy: traceState('a', '1', '2'), states: ['b=1,a=2'], vote: 'sampled' },
    { when: 'only a later span has it', policy: traceState('a', '1'), states: ['', 'b=1', 'a=1'], vote: 'sampled' },
    { when: 'another member has it', policy: traceState('a', '1'), states: ['b=1'], vote: 'not_sampled' },
    { when: 'the value only begins so', policy: traceState('a', '1'), states: ['a=11'], vote: 'not_sampled' },
    { when: 'the value differs in case', policy: traceState('a', 'x'), states: ['a=X'], vote: 'not_sampled' },
    { when: 'there are blanks around it', policy: traceState('a', '1'), states: [' a=1 '], vote: 'sampled' },
    { when: 'another member is malformed', policy: traceState('a', '1'), states: ['a=1,b'], vote: 'not_sampled' },
    { when: 'the member is there twice', policy: traceState('a', '1'), states: ['a=1,a=1'], vote: 'not_sampled' },
    { when: 'no span has a tracestate', policy: traceState('a', '1'), states: ['', ''], vote: 'not_sampled' },
    { when: 'there are no values', policy: traceState('a'), states: ['a=1'], vote: 'not_sampled' },
    { when: 'the only value is empty', policy: traceState('a', ''), states: ['', 'b=1'], vote: 'not_sampled' },
    {
      when: 'key and value have 255 bytes',
      policy: traceState('abc', 'v'.repeat(252)),
      states: [`abc=${'v'.repeat(252)}`],
      vote: 'sampled',
    },
    {
      when: 'key and value have 256 bytes',
      policy: traceState('abc', 'v'.repeat(253)),
      states: [`abc=${'v'.repeat(253)}`],
      vote: 'not_sampled',
    },
  ])('votes $vote when $when', ({ policy, states, vote }) => {
    expect(policyOf(policy).evaluate(traceOf(...states.map((state) => ({ traceState: state })))).vote).toBe(vote);
  });

  it('warns of a missing key, and of values that are never found', () => {
    expect(issuesOfPolicy({ type: 'trace_state' })).toEqual({
      errors: [],
      warnings: ['trace_state.key: is empty: no member matches', 'trace_state.values: is empty: no value matches'],
    });
    expect(issuesOfPolicy(traceState('a')).warnings).toEqual(['trace_state.values: is empty: no value matches']);
    expect(issuesOfPolicy(traceState('a', '', 'é'.repeat(128))).warnings).toEqual([
      'trace_state.values: an empty string matches nothing',
      `trace_state.values: "${'é'.repeat(128)}" matches nothing: with its key it must be shorter than 256 bytes`,
    ]);
  });
});
