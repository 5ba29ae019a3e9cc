/** What a trace can hold so that a converter fails: it is the failure of the condition, as `error_mode` says, and of no other policy. */
import { describe, expect, it } from 'vitest';
import { CONVERTERS } from '../../lib/ottl/converters/registry.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { type AttributeSpec, traceOf } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf, policyOf } from '../support/sampling-config.ts';

const ottl = (condition: string, error_mode = 'propagate') => ({
  type: 'ottl_condition',
  ottl_condition: { error_mode, span: [condition] },
});
const errors = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };

function decideOn(policies: readonly object[], value: AttributeSpec) {
  return evaluatePolicies(configOf(policies), traceOf({ status: 'ERROR', attributes: { v: value } }), NO_ALLOWANCES);
}

/** Whether a condition on the attribute `v` holds. */
function holds(condition: string, value: AttributeSpec): boolean {
  return policyOf(ottl(condition)).evaluate(traceOf({ attributes: { v: value } })).vote === 'sampled';
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a policy that fails on a value', () => {
  const failing = ottl('ParseJSON(attributes["v"]) != nil');

  it('leaves the trace to the policy that keeps it', () => {
    expect(decideOn([failing, errors], nested(5000))).toMatchObject({
      outcome: 'sampled',
      policy: 'p1',
      errors: [{ policy: 'p0', message: expect.stringContaining('ParseJSON: more than 1000 levels deep') }],
    });
  });

  it.each(['ignore', 'silent'])('counts the condition as false with %s', (mode) => {
    expect(decideOn([ottl('ParseJSON(attributes["v"]) != nil', mode)], nested(5000))).toMatchObject({
      outcome: 'not_sampled',
      errors: [],
    });
  });

  // As in the Collector, whose and, not, drop and composite hand the error on.
  it.each([
    { type: 'and', and: { and_sub_policy: [{ name: 'a', ...failing }] } },
    { type: 'not', not: { not_sub_policy: { name: 'a', ...failing } } },
    { type: 'drop', drop: { drop_sub_policy: [{ name: 'a', ...failing }] } },
    {
      type: 'composite',
      composite: { max_total_spans_per_second: 100, composite_sub_policy: [{ name: 'a', ...failing }] },
    },
  ])('fails within $type', (policy) => {
    expect(decideOn([policy, errors], nested(5000))).toMatchObject({
      outcome: 'sampled',
      policy: 'p1',
      errors: [{ policy: 'p0' }],
    });
  });
});

describe('large and deep values', () => {
  it('are read up to the limit', () => {
    const condition = 'String(ParseJSON(attributes["v"])) == attributes["v"]';
    expect(holds(condition, nested(1000))).toBe(true);
    expect(() => holds(condition, nested(1001))).toThrow(/more than 1000 levels deep/);
    expect(holds('ParseJSON(attributes["v"]) == ParseJSON(String(ParseJSON(attributes["v"])))', nested(1000))).toBe(
      true,
    );
  });

  it('are decoded, whatever their length', () => {
    // 2 MB of base64 of the byte 0.
    expect(holds('Len(Decode(attributes["v"], "base64")) == 1500000', 'A'.repeat(2_000_000))).toBe(true);
  });

  it('are cut at each delimiter, whatever their number', () => {
    const condition = 'ParseCSV(attributes["v"], attributes["v"])["x"] == "x"';
    expect(holds(condition, Array(200_000).fill('x').join())).toBe(true);
  });

  it.each([
    [
      'the product of a list and a delimiter',
      'Concat(attributes["v"], String(attributes["v"])) != ""',
      Array(3000).fill('x'.repeat(10)),
    ],
    ['escapes of escapes', `${'String(['.repeat(24)}attributes["v"]${'])'.repeat(24)} != ""`, '"'.repeat(10)],
  ])('do not grow without limit: %s', (_, condition, value) => {
    expect(() => holds(condition, value)).toThrow(/larger than 4000000 characters|more than 4000000 steps/);
  });

  it('are cut where a message shows them', () => {
    const [failure] = decideOn([ottl('Int(attributes["v"]) == 1')], 'x'.repeat(1_000_000)).errors;
    expect(failure?.message.length).toBeLessThanOrEqual(500);
    expect(failure?.message).toContain('"xxx');
  });
});

describe('every converter', () => {
  const text = (inner: string) => inner;
  const VALUES: readonly AttributeSpec[] = [
    '',
    nested(3000),
    '{"a":'.repeat(3000),
    '<a>'.repeat(3000),
    '('.repeat(900),
    text('%').repeat(3000),
    '"'.repeat(3001),
    '1'.repeat(3000),
    '\ud7ff\u0000\ufffd',
    -(2n ** 63n),
    Number.NaN,
    true,
    null,
    [],
    ['a', 1n, null, ['b']],
  ];
  /** Literals where nothing else is taken. */
  const LITERALS: Readonly<Record<string, string>> = {
    Format: '"%v"',
    Vals: '[attributes["v"]]',
    Values: '[attributes["v"]]',
    Networks: '[attributes["v"]]',
    Mapping: '{"a": [{"equals": ["a"]}]}',
    ToCase: '"snake"',
  };
  const argumentFor = (converter: string, parameter: string) => {
    if (/Time/.test(converter) && parameter === 'Format') return '"%Y"';
    if (converter === 'Values') return 'attributes["v"]';
    return LITERALS[parameter] ?? 'attributes["v"]';
  };

  it.each([...CONVERTERS.values()].map(({ name, parameters }) => [name, parameters] as const))(
    '%s fails on odd values by saying so, if at all',
    (name, parameters) => {
      const call = `${name}(${parameters.map((parameter) => argumentFor(name, parameter)).join(', ')})`;
      const policy = policyOf(ottl(`${call} == attributes["v"]`));
      for (const v of VALUES) {
        try {
          policy.evaluate(traceOf({ attributes: { v } }));
        } catch (error) {
          expect(error).toMatchObject({
            name: 'PolicyEvaluationError',
            message: expect.not.stringContaining('unexpected'),
          });
        }
      }
    },
  );
});
