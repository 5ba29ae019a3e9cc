import type { OptionsReader } from './options-reader.ts';

/** Settings of the Collector's processor that only concern its process, and what happens here instead. */
export const IGNORED = [
  {
    key: 'num_traces',
    type: 'uint64',
    instead: 'waiting spans are kept in the buffer table, however many traces there are',
  },
  { key: 'expected_new_traces_per_sec', type: 'uint64', instead: 'nothing is allocated in advance' },
  { key: 'block_on_overflow', type: 'boolean', instead: 'the buffer table does not overflow' },
  { key: 'drop_pending_traces_on_shutdown', type: 'boolean', instead: 'pending traces outlive every process' },
  { key: 'tail_storage', type: 'string', instead: 'waiting spans are kept in the buffer table' },
  { key: 'mutates_data', type: 'boolean', instead: 'it has no effect on decisions' },
] as const;

const MAX_SHARDS = 256n;

/** Reads the keys that only concern the Collector: checks them, and warns what happens here instead. */
export function readIgnoredSettings(options: OptionsReader): void {
  for (const { key, type, instead } of IGNORED) {
    options[type](key);
    if (options.has(key) && !options.hasFailed(key)) options.warn(key, `is ignored: ${instead}`);
  }

  const shards = options.uint64('num_shards');
  if (shards > MAX_SHARDS) options.error('num_shards', `expected at most ${MAX_SHARDS}, got ${shards}`);
  else if (shards > 1n) options.warn('num_shards', 'is ignored: any number of function instances share the work');

  if (shards > 1n && options.has('tail_storage')) {
    options.error('num_shards', 'the Collector does not accept more than 1 together with tail_storage');
  }

  const cache = options.map('decision_cache');
  cache.int64('sampled_cache_size');
  cache.int64('non_sampled_cache_size');
  cache.finish();
  if (options.has('decision_cache') && !cache.failed) {
    options.warn('decision_cache', 'is ignored: decisions are remembered in the buffer table');
  }
}

/** Reads the key that would change decisions and is not supported: every value except its default is an error. */
export function refuseUnsupportedSettings(options: OptionsReader): void {
  const strategy = options.word('sampling_strategy', '"trace-complete"');
  if (strategy === 'span-ingest') {
    options.error(
      'sampling_strategy',
      '"span-ingest" is not supported: policies always see the whole trace; use "trace-complete"',
    );
  } else if (
    strategy !== 'trace-complete' &&
    options.has('sampling_strategy') &&
    !options.hasFailed('sampling_strategy')
  ) {
    options.error('sampling_strategy', `expected "trace-complete", got "${strategy}"`);
  }
}
