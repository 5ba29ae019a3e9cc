import { describe, expect, it } from 'vitest';
import { traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

describe('trace_flags', () => {
  it.each([
    { when: 'a span has the sampled flag', flags: [0, 1], vote: 'sampled' },
    { when: 'a span has it among other bits', flags: [0xffffffff], vote: 'sampled' },
    { when: 'no span has flags', flags: [0, 0], vote: 'not_sampled' },
    { when: 'spans have every flag but that', flags: [0xfffffffe], vote: 'not_sampled' },
    { when: 'spans only tell that their parent is remote', flags: [0x300], vote: 'not_sampled' },
  ])('votes $vote when $when', ({ flags, vote }) => {
    expect(policyOf({ type: 'trace_flags' }).evaluate(traceOf(...flags.map((bits) => ({ flags: bits })))).vote).toBe(
      vote,
    );
  });

  it('takes no options', () => {
    expect(issuesOfPolicy({ type: 'trace_flags' })).toEqual({ errors: [], warnings: [] });
    expect(issuesOfPolicy({ type: 'trace_flags', trace_flags: {} }).errors).toEqual([]);
    expect(issuesOfPolicy({ type: 'trace_flags', trace_flags: { flags: 1 } }).errors).toHaveLength(1);
  });
});
