import { describe, expect, it } from 'vitest';
import type { ConfigIssue } from '../../../lib/sampling/config/issues.ts';
import { BLOCK_OPTIONS, IGNORED_BLOCK_OPTIONS } from '../../../lib/sampling/config/parse-block.ts';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import type { PolicyDefinition } from '../../../lib/sampling/policy.ts';
import { POLICY_DEFINITIONS, type PolicyType } from '../../../lib/sampling/registry.ts';

type Value = unknown;
type Block = Record<string, Value>;

const ALL = { name: 'inner', type: 'always_sample' };

/** Options with which each type is valid. */
const VALID: Readonly<Record<PolicyType, Block>> = {
  always_sample: {},
  latency: { threshold_ms: 5 },
  numeric_attribute: { key: 'k', min_value: 1 },
  probabilistic: { sampling_percentage: 5 },
  status_code: { status_codes: ['ERROR'] },
  string_attribute: { key: 'k', values: ['v'] },
  trace_state: { key: 'k', values: ['v'] },
  trace_flags: {},
  span_count: { min_spans: 2 },
  boolean_attribute: { key: 'k', value: true },
  ottl_condition: { error_mode: 'ignore', span: ['kind == 2'] },
  rate_limiting: { spans_per_second: 5 },
  bytes_limiting: { bytes_per_second: 5 },
  dynamic: { key_attributes: ['k'], goal_sampling_percentage: 5 },
  and: { and_sub_policy: [ALL] },
  not: { not_sub_policy: ALL },
  drop: { drop_sub_policy: [ALL] },
  composite: { max_total_spans_per_second: 5, composite_sub_policy: [ALL], policy_order: ['inner'] },
};

const ODD: readonly Value[] = [5, -5, 1.5, true, '', 'eror', '1e400', [5], [true, 'error'], { a: 1 }];

/** A copy in which the value at the path is another one, or is missing. */
function withValue(value: Value, [step, ...rest]: readonly (string | number)[], change: (old: Value) => Value): Value {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((inner, i) => (i === step ? withValue(inner, rest, change) : inner));
  const map = value as Block;
  const inner = withValue(map[step], rest, change);
  const others = Object.entries(map).filter(([key]) => key !== step);
  return Object.fromEntries(inner === undefined ? others : [...others, [String(step), inner]]);
}

function stepsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** What each kind of advice says to do. The first that the message has is followed. */
const ADVICE: readonly { readonly words: RegExp; readonly value: (match: RegExpMatchArray, old: Value) => Value }[] = [
  { words: /write it in quotes: "(.*)"$/, value: ([, text]) => text },
  { words: /; use "([\w-]+)"$/, value: ([, word]) => word },
  { words: /did you mean "(.*)"\?$/, value: ([, word]) => word },
  { words: /remove it or set it to (\d+)$/, value: ([, number]) => Number(number) },
  { words: /remove it/, value: () => undefined },
  { words: /, allowed: ([\w-]+)/, value: ([, word]) => word },
  { words: /expected at least one of (\w+)/, value: ([, word]) => [word] },
  { words: /such as '(.*)', got/, value: ([, text]) => text },
  { words: /such as (\w+) or/, value: ([, text]) => text },
  { words: /expected a whole number from (-?\d+) to/, value: ([, least]) => Number(least) },
  { words: /expected at most (\d+)/, value: ([, most]) => Number(most) },
  { words: /expected a number above \d+ and up to (\d+)/, value: ([, most]) => Number(most) },
  { words: /expected true or false/, value: () => true },
  { words: /expected (?:"([\w-]+)"|(\w+) or \w+)/, value: ([, quoted, word]) => quoted ?? word },
];

interface Followed {
  readonly config: Value;
  readonly path: string;
}

function follow(config: Value, { path, message }: ConfigIssue): Followed | undefined {
  for (const { words, value } of ADVICE) {
    const match = message.match(words);
    if (match === null) continue;
    const steps = stepsOf(path);
    const key = steps.at(-1);
    const isKey = message.startsWith('unknown key');
    if (!isKey) return { config: withValue(config, steps, (old) => value(match, old)), path };
    const renamed = value(match, undefined);
    if (renamed !== undefined && !message.includes('did you mean')) return undefined;
    const outer = steps.slice(0, -1);
    const changed = withValue(config, outer, (map) => {
      const { [String(key)]: moved, ...others } = map as Block;
      return renamed === undefined ? others : { ...others, [String(renamed)]: moved };
    });
    return { config: changed, path: renamed === undefined ? path : path.replace(/[^.]+$/, String(renamed)) };
  }
  return undefined;
}

function errorsOf(config: Value): readonly ConfigIssue[] {
  const result = parseSamplingConfig(JSON.stringify(config));
  return result.ok ? [] : result.issues;
}

/** Follows the advice of each error, one after the other; returns those whose place is wrong again. */
function refusedAdvice(config: Value): readonly string[] {
  const refused: string[] = [];
  for (const issue of errorsOf(config)) {
    const followed = follow(config, issue);
    if (followed === undefined) continue;
    const again = errorsOf(followed.config).filter(({ path }) => path === followed.path);
    refused.push(...again.map(({ message }) => `${issue.path}: "${issue.message}" leads to "${message}"`));
  }
  return refused;
}

const definitions: readonly PolicyDefinition[] = POLICY_DEFINITIONS;
const policyWith = (type: string, options: Block): Block => ({ policies: [{ name: 'p', type, [type]: options }] });

describe('advice', () => {
  it.each(definitions)('about $type is not refused when it is followed', ({ type, options }) => {
    const valid = VALID[type as PolicyType];
    expect(errorsOf(policyWith(type, valid))).toEqual([]);
    const keys = [...options.map(({ key }) => key).filter((key) => !/[.[]/.test(key)), 'typo'];
    const refused = keys.flatMap((key) => {
      const misspelt = [...(key.length > 4 ? [`${key.slice(0, 2)}${key.slice(3)}`] : []), key.toUpperCase()];
      return [
        ...ODD.flatMap((value) => refusedAdvice(policyWith(type, { ...valid, [key]: value }))),
        ...misspelt.flatMap((odd) => refusedAdvice(policyWith(type, { ...valid, [odd]: valid[key] ?? null }))),
      ];
    });
    expect(refused).toEqual([]);
  });

  it('about the block and about policies is not refused when it is followed', () => {
    const valid: Block = { ...policyWith('always_sample', {}), decision_wait: '5s' };
    const keys = [...BLOCK_OPTIONS, ...IGNORED_BLOCK_OPTIONS].map(({ key }) => key).filter((key) => !key.includes('.'));
    const inBlock = keys.flatMap((key) => ODD.flatMap((value) => refusedAdvice({ ...valid, [key]: value })));
    const inPolicy = ['name', 'type', 'latency', 'latencyy'].flatMap((key) =>
      ODD.flatMap((value) => refusedAdvice({ policies: [{ name: 'p', type: 'always_sample', [key]: value }] })),
    );
    const types = ['latancy', 'Drop', 'and_', 'composit', 'extension'].flatMap((type) => [
      ...refusedAdvice({ policies: [{ name: 'p', type }] }),
      ...refusedAdvice(policyWith('and', { and_sub_policy: [{ type }] })),
    ]);
    expect([...inBlock, ...inPolicy, ...types]).toEqual([]);
  });

  it.each([
    { status_codes: ['error', 2], leads: ['ERROR', 'UNSET'] },
    { status_codes: [2], leads: ['UNSET'] },
  ])('about status_codes $status_codes is taken', ({ status_codes, leads }) => {
    let config: Value = policyWith('status_code', { status_codes });
    for (const issue of errorsOf(config)) config = follow(config, issue)?.config;
    expect(config).toEqual(policyWith('status_code', { status_codes: leads }));
    expect(errorsOf(config)).toEqual([]);
  });

  it('about what a Collector runs beside tail_sampling is taken, all of it together', () => {
    const traces = {
      receivers: ['otlp'],
      processors: ['a/b', 'filter', 'tail_sampling'],
      exporters: ['x', 'y', 'routing'],
    };
    const fileWith = (tailgate: object) => ({
      processors: { tail_sampling: { ...policyWith('always_sample', {}), tailgate } },
      connectors: { routing: {} },
      service: { pipelines: { traces } },
    });
    const tailgate: Record<string, string[]> = {};
    for (const { message } of errorsOf(fileWith({}))) {
      const [, list = '', id = ''] = message.match(/add it to tailgate: \{ (\w+): \[(.*)\] \} in tail_sampling$/) ?? [];
      tailgate[list] = [...(tailgate[list] ?? []), id];
    }
    expect(tailgate).toEqual({
      ignore_processors: ['a/b', 'filter'],
      ignore_exporters: ['y'],
      ignore_connectors: ['routing'],
    });
    expect(errorsOf(fileWith(tailgate))).toEqual([]);
  });
});
