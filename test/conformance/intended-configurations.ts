import { type ConfigBlock, type ConfigValue, type PolicyBlock, YamlScalar } from './case.ts';

/** A configuration that only one side takes, on purpose. Each is explained in docs/conformance.md under its name. */
export interface IntendedConfiguration {
  readonly name: string;
  readonly config: ConfigBlock;
  /** The words of the side that refuses it. Whatever is refused in these words has this name. */
  readonly words: RegExp;
  readonly refusedBy: 'Collector' | 'Tailgate';
}

const all: PolicyBlock = { name: 'all', type: 'always_sample' };
const only = (policy: PolicyBlock): ConfigBlock => ({ policies: [{ name: 'only', ...policy }] });
const beside = (options: { readonly [key: string]: ConfigValue }): ConfigBlock => ({ ...options, policies: [all] });

export const INTENDED_CONFIGURATIONS: readonly IntendedConfiguration[] = [
  {
    name: 'a drop policy without sub-policies is an error',
    config: only({ type: 'drop', drop: { drop_sub_policy: [] } }),
    words: /expected at least one policy; without any, every trace is dropped/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a configuration without policies is an error',
    config: { policies: [] },
    words: /^policies: expected at least one policy; without any, no trace is kept/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'an unknown block of options is an error',
    config: only({ type: 'latency', latencyy: { threshold_ms: 5n } }),
    words: /: unknown key(?:[,;]|$)/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'the block of another type in place of its own is an error',
    config: only({ type: 'latency', span_count: { min_spans: 5n } }),
    words: /: does not belong to a policy of type /,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a numeric_attribute without a bound is an error',
    config: only({ type: 'numeric_attribute', numeric_attribute: { key: 'a' } }),
    words: /: expected min_value or max_value, or both, other than 0/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a number that is out of range is an error',
    config: only({ type: 'span_count', span_count: { min_spans: 2n ** 32n + 5n } }),
    words: /: expected (?:a whole number from .*|at most 256), got -?[\d.]+/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'infinity and values that are not numbers are errors',
    config: only({ type: 'probabilistic', probabilistic: { sampling_percentage: new YamlScalar('.inf') } }),
    words: /, got (?:-?Infinity|NaN)(?:;|$)/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a wait without a unit is an error',
    config: beside({ decision_wait: 30n }),
    words: /^decision_wait(?:_after_root_received)?: expected a duration with a unit/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a wait of more than 12 h is an error',
    config: beside({ decision_wait: '13h' }),
    words: /^decision_wait(?:_after_root_received)?: expected a duration from 0s to 12h/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'span-ingest is an error',
    config: beside({ sampling_strategy: 'span-ingest' }),
    words: /^sampling_strategy: "span-ingest" is not supported/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a tag before a value of another type is an error',
    config: beside({ num_traces: new YamlScalar('!!float 5') }),
    words: /not valid YAML: Unresolved tag/,
    refusedBy: 'Tailgate',
  },
  {
    name: 'a date without quotes is text',
    config: { policies: [{ ...all, name: new YamlScalar('2026-01-31') }] },
    words: /time\.Time|, got struct$|, got "\d{4}-\d\d-\d\d"/,
    refusedBy: 'Collector',
  },
  {
    name: 'an option without a value has its default',
    config: beside({ sampling_strategy: null }),
    words: /^invalid sampling_strategy ""/,
    refusedBy: 'Collector',
  },
  {
    name: 'the content of an ignored block is not checked',
    config: only({ type: 'latency', latency: { threshold_ms: 5n }, span_count: { spans: 5n } }),
    words: /^'policies\[0\]\.span_count' has invalid keys: spans$/,
    refusedBy: 'Collector',
  },
  {
    name: 'tail_storage needs no feature gate',
    config: beside({ tail_storage: 'file_storage' }),
    words: /^'tail_storage' requires the /,
    refusedBy: 'Collector',
  },
  {
    name: 'mutates_data is taken before its release',
    config: beside({ mutates_data: true }),
    words: /^'tailsamplingprocessor\.Config' has invalid keys: mutates_data$/,
    refusedBy: 'Collector',
  },
  {
    name: 'the options under tailgate are our own',
    config: beside({ tailgate: { write_threshold: false } }),
    words: /^'tailsamplingprocessor\.Config' has invalid keys: tailgate$/,
    refusedBy: 'Collector',
  },
  {
    name: 'use_tracestate is an option of our own',
    config: only({ type: 'probabilistic', probabilistic: { sampling_percentage: 50, use_tracestate: true } }),
    words: /probabilistic' has invalid keys: use_tracestate$/,
    refusedBy: 'Collector',
  },
  {
    name: 'dynamic is a policy type of our own',
    config: only({ type: 'dynamic', dynamic: { key_attributes: ['a'], goal_sampling_percentage: 10n } }),
    words: /unknown sampling policy type dynamic/,
    refusedBy: 'Collector',
  },
];

const IGNORED_BLOCK = 'the content of an ignored block is not checked';

/** The name of what is refused in these words; undefined when nobody meant it. @param ignored paths that Tailgate ignores */
export function explanationOf(words: string, ignored: readonly string[]): string | undefined {
  if (ignored.some((path) => words.startsWith(`'${path}`))) return IGNORED_BLOCK;
  return INTENDED_CONFIGURATIONS.find((intended) => intended.words.test(words))?.name;
}
