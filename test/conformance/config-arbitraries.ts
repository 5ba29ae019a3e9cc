import fc from 'fast-check';
import type { ConfigBlock, PolicyBlock, TailSampling } from './case.ts';
import { LIMITED_TYPES } from './limited-cases.ts';
import { ottlConditions } from './ottl-arbitraries.ts';
import {
  DURATIONS_MS,
  INTS,
  KEYS,
  ODD_DURATIONS_MS,
  PATTERNS,
  TEXTS,
  TRACE_STATE_KEYS,
  TRACE_STATE_VALUES,
} from './vocabulary.ts';

const key = fc.constantFrom<string>(...KEYS);
const bool = fc.boolean();
const milliseconds = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...DURATIONS_MS) },
  fc.constantFrom(...ODD_DURATIONS_MS),
);
const percentage = fc.oneof(
  fc.constantFrom(50, 25, 75, 33.333333, 99.9, 0.1, 10),
  fc.constantFrom(0, 100, 150, -5, 1e-20, 1e300, -1e300, 99.99999999999999),
  fc.double({ min: 0, max: 100, noNaN: true }),
);

/** With some of its options: what is left out has its default. */
function options(model: Record<string, fc.Arbitrary<ConfigBlock[string]>>, required: readonly string[] = []) {
  return fc.record(model, { requiredKeys: [...required] }).map((values): ConfigBlock => values);
}

const numericAttribute = options(
  { key, min_value: fc.constantFrom(...INTS), max_value: fc.constantFrom(...INTS), invert_match: bool },
  ['key'],
).filter(({ min_value, max_value }) => (min_value ?? 0n) !== 0n || (max_value ?? 0n) !== 0n);

const stringAttribute = fc.oneof(
  options({ key, values: fc.array(fc.constantFrom<string>(...TEXTS), { maxLength: 4 }), invert_match: bool }, ['key']),
  options(
    {
      key,
      values: fc.array(fc.constantFrom<string>(...PATTERNS), { maxLength: 3 }),
      enabled_regex_matching: fc.constant(true),
      cache_max_size: fc.constantFrom(0n, 1n, -1n, 1000n),
      invert_match: bool,
    },
    ['key', 'values', 'enabled_regex_matching'],
  ),
);

const int32 = fc.constantFrom(0n, 1n, 2n, 3n, 5n, 8n, 9n, -1n, 2n ** 31n - 1n, -(2n ** 31n));

/** The options of every policy type that stands for itself; undefined for a type without options. */
const LEAF_OPTIONS: Readonly<Record<string, fc.Arbitrary<ConfigBlock> | undefined>> = {
  always_sample: undefined,
  latency: options({ threshold_ms: milliseconds, upper_threshold_ms: milliseconds }),
  numeric_attribute: numericAttribute,
  probabilistic: options({ sampling_percentage: percentage, hash_salt: fc.constantFrom('', 'salt', 'соль', 'a$b') }),
  status_code: options(
    { status_codes: fc.array(fc.constantFrom('OK', 'ERROR', 'UNSET'), { minLength: 1, maxLength: 2 }) },
    ['status_codes'],
  ),
  string_attribute: stringAttribute,
  trace_state: options(
    {
      key: fc.constantFrom<string>(...TRACE_STATE_KEYS),
      values: fc.array(fc.constantFrom<string>('', 'v'.repeat(252), ...TRACE_STATE_VALUES), { maxLength: 3 }),
    },
    ['key'],
  ),
  trace_flags: undefined,
  span_count: options({ min_spans: int32, max_spans: int32 }),
  boolean_attribute: options({ key, value: bool, invert_match: bool }, ['key']),
  ottl_condition: ottlConditions,
};

const COMBINATORS = ['and', 'not', 'drop'];

/** Types that only Tailgate has. */
const NOT_IN_COLLECTOR = ['dynamic'];

/** Of these registered types, those without a generator. */
export function typesWithoutGenerator(types: readonly string[]): readonly string[] {
  const known = [...Object.keys(LEAF_OPTIONS), ...COMBINATORS, ...LIMITED_TYPES, ...NOT_IN_COLLECTOR];
  return types.filter((type) => !known.includes(type));
}

function leafOf(type: string): fc.Arbitrary<PolicyBlock> {
  const optionsOf = LEAF_OPTIONS[type];
  if (optionsOf === undefined) return fc.constant({ type });
  return optionsOf.map((values) => (Object.keys(values).length === 0 ? { type } : { type, [type]: values }));
}

/** Configurations of these registered types. Half of them have one policy, which no other can hide. */
export function configurations(types: readonly string[]): fc.Arbitrary<TailSampling> {
  const leaf = fc.oneof(...types.filter((type) => type in LEAF_OPTIONS).map(leafOf));
  const named = (policy: fc.Arbitrary<PolicyBlock>) => policy.map((block): PolicyBlock => ({ name: 'part', ...block }));
  const not = named(leaf).map((part): PolicyBlock => ({ type: 'not', not: { not_sub_policy: part } }));
  const parts = fc.array(fc.oneof({ weight: 3, arbitrary: named(leaf) }, named(not)), { minLength: 1, maxLength: 3 });
  const and = parts.map((list): PolicyBlock => ({ type: 'and', and: { and_sub_policy: list } }));
  const drop = parts.map((list): PolicyBlock => ({ type: 'drop', drop: { drop_sub_policy: list } }));
  const policy = fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 2, arbitrary: not },
    { weight: 3, arbitrary: and },
    { weight: 1, arbitrary: drop },
  );
  return fc
    .tuple(
      fc.oneof(
        policy.map((only) => [only]),
        fc.array(policy, { minLength: 1, maxLength: 6 }),
      ),
      fc.nat(3),
    )
    .map(([policies, first]) => ({
      ...(first === 0 && { sample_on_first_match: true }),
      policies: policies.map((block, i): PolicyBlock => ({ name: `p${i}`, ...block })),
    }));
}
