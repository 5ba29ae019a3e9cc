import fc from 'fast-check';
import { type ConfigBlock, type ConfigValue, YamlScalar } from './case.ts';
import { changed, isBlock, pathsIn } from './config-paths.ts';

/** Of every YAML type, in and out of every range, and in spellings on which YAML readers disagree. */
export const ODD_VALUES: readonly ConfigValue[] = [
  null,
  '',
  ' ',
  'a',
  'a,b',
  '5',
  '1.5',
  '0x10',
  'true',
  'TRUE',
  'span-ingest',
  'ERROR',
  'error',
  'IGNORE',
  'name == "a"',
  'always_sample',
  true,
  false,
  0n,
  1n,
  -1n,
  5n,
  101n,
  257n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 32n + 5n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  -(2n ** 63n) - 1n,
  2n ** 64n - 1n,
  2n ** 64n,
  0.5,
  -0.5,
  1.5,
  -1.5,
  1e300,
  -1e300,
  '0',
  '30',
  '1s',
  '1.5s',
  '-1s',
  '0s',
  '12h',
  '12h1ns',
  '2562047h',
  '2562048h',
  '1d',
  [],
  [''],
  ['a'],
  ['ERROR'],
  [null],
  [5n],
  [{}],
  {},
  { a: 1n },
  { a: null },
  { a: {} },
  { a: { b: 1n } },
  { threshold_ms: 5n },
  { key: 'a', values: ['a'] },
  { name: 'x', type: 'always_sample' },
  ...[
    '~',
    'yes',
    'off',
    'True',
    '.inf',
    '-.Inf',
    '.nan',
    '0x1F',
    '-0x1F',
    '0o17',
    '017',
    '08',
    '1_000',
    '1__0',
    '+5',
    '0b101',
    '1e3',
    '1e400',
    '1.',
    '.5',
    '1e-3',
    '0.0',
    '-0',
    '2024-01-01',
    '12:30:45',
    '!!str 5',
    '!!float 5',
  ].map((spelling) => new YamlScalar(spelling)),
];

const KEYS_TO_ADD = [
  'name',
  'type',
  'key',
  'values',
  'invert_match',
  'typo',
  'Key',
  'always_sample',
  'latency',
  'probabilistic',
  'status_code',
  'string_attribute',
  'numeric_attribute',
  'rate_limiting',
  'ottl_condition',
  'and',
  'not',
  'drop',
  'composite',
  'dynamic',
  'num_shards',
  'num_traces',
  'decision_wait',
  'decision_wait_after_root_received',
  'decision_cache',
  'sampled_cache_size',
  'sampling_strategy',
  'maximum_trace_size_bytes',
  'drop_pending_traces_on_shutdown',
  'block_on_overflow',
  'expected_new_traces_per_sec',
  'tail_storage',
  'mutates_data',
  'tailgate',
  'use_tracestate',
];

interface Mutation {
  readonly at: number;
  readonly change: 'replace' | 'remove' | 'rename' | 'add' | 'wrap' | 'unwrap';
  readonly value: ConfigValue;
  readonly key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  change: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'rename', 'add', 'add', 'wrap', 'unwrap'),
  value: fc.constantFrom(...ODD_VALUES),
  key: fc.constantFrom(...KEYS_TO_ADD),
});

const topLevel = fc.record(
  {
    decision_wait: fc.constantFrom('10s', '1m30s'),
    decision_wait_after_root_received: fc.constant('2s'),
    num_traces: fc.constant(100n),
    expected_new_traces_per_sec: fc.constant(10n),
    sample_on_first_match: fc.boolean(),
    sampling_strategy: fc.constant('trace-complete'),
    num_shards: fc.constant(1n),
    maximum_trace_size_bytes: fc.constantFrom(200n, 400n, 1000n, 4000n),
    decision_cache: fc.constant({ sampled_cache_size: 100n, non_sampled_cache_size: 100n }),
  },
  { requiredKeys: [] },
);

/** The configurations with one or two things changed in them, at any depth. */
export function mutated(configurations: fc.Arbitrary<ConfigBlock>): fc.Arbitrary<ConfigBlock> {
  return fc
    .tuple(topLevel, configurations, fc.array(mutation, { minLength: 1, maxLength: 2 }))
    .map(([options, config, mutations]) => mutations.reduce<ConfigBlock>(mutate, { ...options, ...config }));
}

function mutate(config: ConfigBlock, { at, change, value, key }: Mutation): ConfigBlock {
  const paths = [...pathsIn(config)];
  const path = paths[at % paths.length] ?? [];
  const last = path.at(-1);
  if (change !== 'rename') return changed(config, path, (inner) => changeOf(inner, change, value, key));
  return changed(config, path.slice(0, -1), (block) => {
    if (!isBlock(block)) return block;
    const entries = Object.entries(block);
    return Object.fromEntries(entries.map(([name, inner]) => [name === last ? `${name}x` : name, inner]));
  });
}

function changeOf(
  inner: ConfigValue,
  change: Exclude<Mutation['change'], 'rename'>,
  value: ConfigValue,
  key: string,
): ConfigValue | undefined {
  switch (change) {
    case 'replace':
      return value;
    case 'remove':
      return undefined;
    case 'add':
      return isBlock(inner) ? { ...inner, [key]: value } : inner;
    case 'wrap':
      return [inner];
    case 'unwrap':
      return Array.isArray(inner) ? inner[0] : inner;
  }
}
