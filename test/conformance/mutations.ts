import type { ConfigBlock, ConfigValue, TailSampling } from './case.ts';
import { FULL_CONFIGURATIONS } from './full-configurations.ts';

/** What is put in the place of every value: other types, and what a hand, a template or another reader may leave there. */
const ODD_VALUES: readonly ConfigValue[] = [
  null,
  '',
  'x',
  '5',
  '5.5',
  'true',
  '5s',
  '13h',
  '-5s',
  'Error',
  5n,
  0n,
  -1n,
  5.5,
  -0.5,
  -2.5,
  1e9,
  3_000_000_000n,
  99_999_999_999_999_999_999n,
  Number.NaN,
  Infinity,
  -Infinity,
  true,
  [],
  ['a'],
  [5n],
  [null],
  [['a']],
  ['ERROR', 'error'],
  {},
  { a: 'b' },
  { a: { b: 'c' } },
];

const UNKNOWN_VALUES: readonly ConfigValue[] = [5n, 'x', null, [], {}, { a: 1n }, { a: { b: 1n } }];

/** The processor allocates as much as these ask for. */
const ALLOCATES = ['expected_new_traces_per_sec', 'sampled_cache_size', 'non_sampled_cache_size', 'cache_max_size'];
const MAX_ALLOCATED = 1_000_000;

/** Each of the {@link FULL_CONFIGURATIONS} with one thing changed: every value, key and block in every way. */
export function* mutatedConfigurations(): Generator<TailSampling> {
  for (const config of FULL_CONFIGURATIONS) {
    for (const mutant of mutationsOfBlock(config)) yield mutant as TailSampling;
  }
}

function* mutationsOf(value: ConfigValue): Generator<ConfigValue> {
  yield* ODD_VALUES;
  if (Array.isArray(value)) {
    const list = value as readonly ConfigValue[];
    for (const [i, item] of list.entries()) for (const mutant of mutationsOf(item)) yield list.with(i, mutant);
    yield [...list, ...list];
  } else if (typeof value === 'object' && value !== null) {
    yield* mutationsOfBlock(value as ConfigBlock);
  }
}

function* mutationsOfBlock(block: ConfigBlock): Generator<ConfigBlock> {
  for (const [key, value] of Object.entries(block)) {
    for (const mutant of mutationsOf(value)) {
      if (!(ALLOCATES.includes(key) && Number(mutant) > MAX_ALLOCATED)) yield { ...block, [key]: mutant };
    }
    const { [key]: _, ...rest } = block;
    yield rest;
    yield { ...rest, [`${key}x`]: value };
    yield { ...rest, [key.toUpperCase()]: value };
  }
  for (const value of UNKNOWN_VALUES) yield { ...block, unknown_key: value };
  if (!('type' in block)) return;
  yield { ...block, latency: { threshold_ms: 5n } };
  yield { ...block, and: { and_sub_policy: [] } };
  yield { ...block, name: '' };
}
