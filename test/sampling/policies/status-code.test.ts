import { describe, expect, it } from 'vitest';
import { traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const statusCodes = (...codes: string[]) => ({ type: 'status_code', status_code: { status_codes: codes } });

describe('status_code', () => {
  it.each([
    { when: 'one of several spans has the code', codes: ['ERROR'], spans: ['OK', 'UNSET', 'ERROR'], vote: 'sampled' },
    { when: 'no span has it', codes: ['ERROR'], spans: ['OK', 'UNSET'], vote: 'not_sampled' },
    { when: 'any of the codes is there', codes: ['ERROR', 'OK'], spans: ['UNSET', 'OK'], vote: 'sampled' },
    { when: 'the code is UNSET and a span has none', codes: ['UNSET'], spans: ['ERROR', 'UNSET'], vote: 'sampled' },
    { when: 'the code is UNSET and all spans have one', codes: ['UNSET'], spans: ['ERROR', 'OK'], vote: 'not_sampled' },
  ] as const)('votes $vote when $when', ({ codes, spans, vote }) => {
    const trace = traceOf(...spans.map((status) => ({ status })));
    expect(policyOf(statusCodes(...codes)).evaluate(trace).vote).toBe(vote);
  });

  it.each([
    { when: 'the list is empty', policy: statusCodes() },
    { when: 'there is no block', policy: { type: 'status_code' } },
  ])('is an error when $when', ({ policy }) => {
    expect(issuesOfPolicy(policy).errors).toEqual([
      'status_code.status_codes: expected at least one of UNSET, OK, ERROR',
    ]);
  });

  it('takes the words in upper case only, and names the nearest', () => {
    expect(issuesOfPolicy(statusCodes('OK', 'error')).errors).toEqual([
      'status_code.status_codes[1]: unknown value "error"; did you mean "ERROR"?',
    ]);
  });
});
