import { describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../../lib/sampling/probability/probability.ts';
import { LocalAllowances } from '../../memory/local-allowances.ts';
import { type SpanSpec, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const errors = { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const rest = { name: 'rest', type: 'always_sample' };

interface CompositeOptions {
  readonly max: number;
  readonly parts: readonly object[];
  readonly allocation?: readonly { policy: string; percent: number }[];
  readonly order?: readonly string[];
}

function composite({ max, parts, allocation, order }: CompositeOptions) {
  return {
    type: 'composite',
    composite: {
      max_total_spans_per_second: max,
      composite_sub_policy: parts,
      ...(allocation && { rate_allocation: allocation }),
      ...(order && { policy_order: order }),
    },
  };
}

/** The positions of the traces that are sampled; all come in one second. */
function sampled(policy: object, traces: readonly (readonly SpanSpec[])[]): number[] {
  const { evaluate } = policyOf(policy);
  const allowances = new LocalAllowances(() => 1_795_262_400_000);
  return traces.flatMap((spans, i) => (evaluate(traceOf(...spans), allowances).vote === 'sampled' ? [i] : []));
}

const error: readonly SpanSpec[] = [{ status: 'ERROR' }];
const plain: readonly SpanSpec[] = [{}];
const halves = [
  { policy: 'errors', percent: 50 },
  { policy: 'rest', percent: 50 },
];

// Expected values by hand, from the description of the Collector's composite policy.
describe('composite', () => {
  it('gives each sub-policy its share of a second', () => {
    const policy = composite({ max: 10, parts: [errors, rest], allocation: halves });
    expect(sampled(policy, Array(10).fill(plain))).toEqual([0, 1, 2, 3, 4]);
    expect(sampled(policy, [...Array(6).fill(error), ...Array(6).fill(plain)])).toEqual([
      0, 1, 2, 3, 4, 6, 7, 8, 9, 10,
    ]);
  });

  it('does not go on to the next sub-policy when the share of the first that matches is spent', () => {
    const policy = composite({ max: 2, parts: [errors, rest], allocation: halves });
    expect(sampled(policy, [error, error, plain])).toEqual([0, 2]);
  });

  it('lets a smaller trace pass where a larger one did not', () => {
    const policy = composite({ max: 3, parts: [rest] });
    expect(sampled(policy, [[{}, {}], [{}, {}], [{}]])).toEqual([0, 2]);
  });

  it('starts again with the next second', () => {
    const { evaluate } = policyOf(composite({ max: 1, parts: [rest] }));
    let nowMs = 1_795_262_400_500;
    const allowances = new LocalAllowances(() => nowMs);
    const vote = () => evaluate(traceOf({}), allowances).vote;
    expect([vote(), vote()]).toEqual(['sampled', 'not_sampled']);
    nowMs += 499;
    expect(vote()).toBe('not_sampled');
    nowMs += 1;
    expect(vote()).toBe('sampled');
  });

  it.each([
    { what: 'no entries', allocation: undefined, shares: [4, 4] },
    { what: 'an entry for one', allocation: [{ policy: 'errors', percent: 25 }], shares: [2, 4] },
    { what: 'an entry of 0 %', allocation: [{ policy: 'errors', percent: 0 }], shares: [4, 4] },
    { what: 'an entry below 0 %', allocation: [{ policy: 'errors', percent: -5 }], shares: [4, 4] },
    { what: 'a share with a fraction', allocation: [{ policy: 'errors', percent: 19 }], shares: [1, 4] },
    {
      what: 'two entries for one',
      allocation: [
        { policy: 'errors', percent: 100 },
        { policy: 'errors', percent: 13 },
      ],
      shares: [1, 4],
    },
    {
      what: 'more than 100 % together',
      allocation: [
        { policy: 'errors', percent: 100 },
        { policy: 'rest', percent: 100 },
      ],
      shares: [8, 8],
    },
    {
      what: 'more than 100 % for one',
      allocation: [{ policy: 'errors', percent: 1000 }],
      shares: [8, 4],
    },
  ])('reads the shares from $what', ({ allocation, shares }) => {
    const policy = composite({ max: 8, parts: [errors, rest], ...(allocation && { allocation }) });
    const passed = sampled(policy, [...Array(20).fill(error), ...Array(20).fill(plain)]);
    expect([passed.filter((i) => i < 20).length, passed.filter((i) => i >= 20).length]).toEqual(shares);
  });

  it('keeps the shares of sub-policies with one name apart', () => {
    const policy = composite({ max: 4, parts: [errors, { ...rest, name: 'errors' }] });
    expect(sampled(policy, [error, error, error, plain, plain, plain])).toEqual([0, 1, 3, 4]);
  });

  it('takes `and`, and a limiter, for a sub-policy', () => {
    const and = { name: 'both', type: 'and', and: { and_sub_policy: [errors, rest] } };
    const limiter = { type: 'rate_limiting', rate_limiting: { spans_per_second: 1, burst_capacity: 2 } };
    const policy = composite({ max: 100, parts: [and, { name: 'limited', ...limiter }] });
    expect(sampled(policy, [error, plain, plain, plain, error])).toEqual([0, 1, 2, 4]);
  });

  it('does not know for how many traces one stands', () => {
    const allowances = new LocalAllowances(() => 0);
    expect(policyOf(composite({ max: 1, parts: [rest] })).evaluate(traceOf({}), allowances)).toEqual({
      vote: 'sampled',
      threshold: 0,
      sampledWhen: UNKNOWN,
    });
  });

  it.each(['composite', 'not', 'drop'])('does not take %s for a sub-policy', (type) => {
    const { errors: found } = issuesOfPolicy(composite({ max: 1, parts: [{ name: 'x', type }] }));
    expect(found).toEqual([expect.stringContaining(`"${type}" cannot be used inside "composite"`)]);
  });

  it.each([
    { what: 'no sub-policies', policy: composite({ max: 1, parts: [] }), warning: 'has no policies' },
    { what: 'no budget', policy: composite({ max: 0, parts: [rest] }), warning: 'is not above 0' },
    {
      what: 'another order',
      policy: composite({ max: 1, parts: [errors, rest], order: ['rest', 'errors'] }),
      warning: 'policy_order: is ignored',
    },
    {
      what: 'an entry for nobody',
      policy: composite({ max: 1, parts: [rest], allocation: [{ policy: 'rets', percent: 10 }] }),
      warning: 'no sub-policy has the name "rets"',
    },
    {
      what: 'shares of more than 100 %',
      policy: composite({ max: 1, parts: [rest], allocation: [{ policy: 'rest', percent: 101 }] }),
      warning: 'adds up to 101 %',
    },
  ])('warns of $what', ({ policy, warning }) => {
    expect(issuesOfPolicy(policy)).toEqual({ errors: [], warnings: [expect.stringContaining(warning)] });
  });

  it('says nothing of an order that is the same', () => {
    const policy = composite({ max: 1, parts: [errors, rest], order: ['errors', 'rest'] });
    expect(issuesOfPolicy(policy)).toEqual({ errors: [], warnings: [] });
  });

  it('refuses keys that an entry does not have', () => {
    const allocation = [{ policy: 'rest', percent: 1, precent: 2 }];
    expect(issuesOfPolicy(composite({ max: 1, parts: [rest], allocation })).errors).toEqual([
      expect.stringContaining('rate_allocation[0].precent: unknown key'),
    ]);
  });
});
