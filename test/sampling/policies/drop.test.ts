import { describe, expect, it } from 'vitest';
import { traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const drop = (...parts: object[]) => ({ type: 'drop', drop: { drop_sub_policy: parts } });
const isHealthCheck = { type: 'string_attribute', string_attribute: { key: 'url.path', values: ['/health'] } };
const isOk = { type: 'status_code', status_code: { status_codes: ['OK'] } };

describe('drop', () => {
  it.each([
    { when: 'all parts match', span: { status: 'OK', attributes: { 'url.path': '/health' } }, vote: 'dropped' },
    { when: 'only the first does', span: { attributes: { 'url.path': '/health' } }, vote: 'not_sampled' },
    { when: 'only the last does', span: { status: 'OK' }, vote: 'not_sampled' },
  ] as const)('votes $vote when $when', ({ span, vote }) => {
    expect(policyOf(drop(isHealthCheck, isOk)).evaluate(traceOf(span)).vote).toBe(vote);
  });

  it.each([
    { status: 'OK', vote: 'not_sampled' },
    { status: 'ERROR', vote: 'dropped' },
  ] as const)('votes $vote on status $status when the part is a not', ({ status, vote }) => {
    expect(policyOf(drop({ type: 'not', not: { not_sub_policy: isOk } })).evaluate(traceOf({ status })).vote).toBe(
      vote,
    );
  });

  it('is an error when it would drop every trace, with an empty list or none', () => {
    const errors = ['drop.drop_sub_policy: expected at least one policy; without any, every trace is dropped'];
    expect(issuesOfPolicy(drop()).errors).toEqual(errors);
    expect(issuesOfPolicy({ type: 'drop' }).errors).toEqual(errors);
  });

  it.each(['and', 'drop'])('refuses %s inside', (type) => {
    expect(issuesOfPolicy(drop({ type })).errors).toEqual([
      expect.stringMatching(
        new RegExp(`^drop\\.drop_sub_policy\\[0\\]\\.type: "${type}" cannot be used inside "drop"`),
      ),
    ]);
  });
});
