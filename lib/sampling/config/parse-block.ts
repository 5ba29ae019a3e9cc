import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import type { OptionDescription, Policy, PolicyContext } from '../policy.ts';
import type { SamplingConfig } from '../sampling-config.ts';
import { type IgnoredComponents, readIgnoredComponents } from './collector/ignored-components.ts';
import { IGNORED, readIgnoredSettings, refuseUnsupportedSettings } from './ignored-settings.ts';
import type { ConfigIssues, ConfigNode } from './issues.ts';
import { OptionsReader } from './options-reader.ts';
import { parsePolicy } from './parse-policy.ts';
import { type DurationRange, readDuration } from './read-duration.ts';
import { warnOfLimits } from './trace-state-limits.ts';

/** The options that `parseBlock` reads, for the documentation. */
export const BLOCK_OPTIONS: readonly OptionDescription[] = [
  { key: 'policies', type: 'list of policies', meaning: 'at least one; names are unique and not empty' },
  {
    key: 'decision_wait',
    type: 'duration',
    default: '30s',
    meaning:
      'from the first spans of a trace to its decision, up to `12h`; exact, whereas the Collector has steps of 1 s',
  },
  {
    key: 'decision_wait_after_root_received',
    type: 'duration',
    default: '0s',
    meaning: 'a shorter wait once the root span has arrived; `0s` turns it off',
  },
  {
    key: 'sample_on_first_match',
    type: 'boolean',
    default: 'false',
    meaning: 'evaluate no policy after the first that keeps the trace',
  },
  {
    key: 'sampling_strategy',
    type: 'string',
    default: 'trace-complete',
    meaning: '`span-ingest` is refused: policies always see the whole trace',
  },
  {
    key: 'maximum_trace_size_bytes',
    type: 'whole number, 0 or more',
    default: '0',
    meaning: 'traces with more bytes of uncompressed OTLP are not kept, whatever the policies say; 0 means no bound',
  },
  { key: 'tailgate', type: 'map', default: '{}', meaning: 'options that the Collector does not have' },
  {
    key: 'tailgate.write_threshold',
    type: 'boolean',
    default: 'true',
    meaning: 'write the effective sampling threshold (`ot=th`) into the tracestate of kept spans',
  },
  {
    key: 'tailgate.ignore_processors',
    type: 'list of strings',
    default: '[]',
    meaning: 'processors of the pipeline that Tailgate may leave out, named as in the file',
  },
  { key: 'tailgate.ignore_connectors', type: 'list of strings', default: '[]', meaning: 'the same for connectors' },
  {
    key: 'tailgate.ignore_exporters',
    type: 'list of strings',
    default: '[]',
    meaning: 'the same for further exporters',
  },
];

/** Options that are read and have no effect, and what happens instead. */
export const IGNORED_BLOCK_OPTIONS: readonly OptionDescription[] = [
  ...IGNORED.map(({ key, type, instead }): OptionDescription => {
    const documentedType = type === 'uint64' ? 'whole number, 0 or more' : type;
    return { key, type: documentedType, default: '', meaning: instead };
  }),
  {
    key: 'num_shards',
    type: 'whole number, 0 or more',
    default: '1',
    meaning: 'any number of function instances share the work; at most 256',
  },
  { key: 'decision_cache', type: 'map', default: '', meaning: 'decisions are remembered in the buffer table' },
];

/** Keys that distinguish a `tail_sampling` block from what surrounds it. */
export const BLOCK_KEYS: readonly string[] = [...BLOCK_OPTIONS, ...IGNORED_BLOCK_OPTIONS]
  .map(({ key }) => key)
  .filter((key) => !key.startsWith('tailgate'));

const DEFAULT_DECISION_WAIT_MS = 30_000;

/** Spans are not buffered for much longer. */
export const MAX_DECISION_WAIT_MS = 12 * 3600 * 1000;
const WAITS: DurationRange = { minMs: Number.NEGATIVE_INFINITY, maxMs: MAX_DECISION_WAIT_MS, words: '0s to 12h' };

export interface ParsedBlock {
  readonly config: SamplingConfig;
  readonly ignored: IgnoredComponents;
}

/** Reads the `tail_sampling` block. Use the result only if no error was reported. */
export function parseBlock(node: ConfigNode, issues: ConfigIssues, languages: PolicyContext['languages']): ParsedBlock {
  const options = new OptionsReader(node, issues);
  const decisionWaitMs = readWait(options, 'decision_wait') ?? DEFAULT_DECISION_WAIT_MS;
  const afterRootMs = readWait(options, 'decision_wait_after_root_received') ?? 0;
  if (afterRootMs > decisionWaitMs) {
    options.warn('decision_wait_after_root_received', 'is longer than decision_wait: it has no effect');
  }
  const policies = readPolicies(options, issues, languages);
  const maximumTraceSizeBytes = Number(options.uint64('maximum_trace_size_bytes'));
  const sampleOnFirstMatch = options.boolean('sample_on_first_match');
  const { writeThreshold, ignored } = readTailgateSettings(options);
  readIgnoredSettings(options);
  refuseUnsupportedSettings(options);
  options.finish();
  const config = {
    decisionWaitMs,
    decisionWaitAfterRootReceivedMs: afterRootMs > 0 ? afterRootMs : undefined,
    sampleOnFirstMatch,
    ...(maximumTraceSizeBytes > 0 && { maximumTraceSizeBytes }),
    ...writeThreshold,
    fingerprint: fingerprintOf([options.value('policies')?.value, sampleOnFirstMatch, maximumTraceSizeBytes]),
    policies: policies.toSorted((a, b) => Number(b.type === 'drop') - Number(a.type === 'drop')),
  };
  return { config, ignored };
}

/** A negative wait means none, as in the Collector. */
function readWait(options: OptionsReader, key: string): number | undefined {
  const ms = readDuration(options, key, WAITS);
  if (ms !== undefined && ms < 0) options.warn(key, 'is below 0: read as 0s');
  return ms === undefined ? undefined : Math.max(0, ms);
}

function readPolicies(
  options: OptionsReader,
  issues: ConfigIssues,
  languages: PolicyContext['languages'],
): readonly Policy[] {
  const nodes = options.list('policies');
  if (nodes.length === 0 && !options.hasFailed('policies')) {
    options.error('policies', 'expected at least one policy; without any, no trace is kept');
  }
  reportRepeatedNames(nodes, issues);
  warnOfLimits(nodes, issues);
  const policies = nodes.map((node) => parsePolicy(node, issues, languages)).filter((policy) => policy !== undefined);
  if (nodes.length > 0 && policies.length === nodes.length && policies.every(({ type }) => type === 'drop')) {
    options.warn('policies', 'only drop: no trace is kept');
  }
  return policies;
}

/** Names identify decisions and label metrics. Those of sub-policies do neither. */
function reportRepeatedNames(nodes: readonly ConfigNode[], issues: ConfigIssues): void {
  const seen = new Set<unknown>();
  for (const { value, path } of nodes) {
    const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : '';
    if (typeof name !== 'string' || name === '') continue;
    if (seen.has(name)) issues.error([...path, 'name'], `another policy already has the name "${name}"`);
    seen.add(name);
  }
}

/** Settings of the whole block that the Collector does not have are in a map of their own. */
const KEY = 'tailgate';

export interface TailgateSettings {
  /** Empty, unless the configuration turns the threshold off. */
  readonly writeThreshold: Pick<SamplingConfig, 'writeThreshold'>;
  readonly ignored: IgnoredComponents;
}

/** Reads `tailgate: { write_threshold, ignore_… }`; `write_threshold` is true by default. */
function readTailgateSettings(options: OptionsReader): TailgateSettings {
  const settings = options.map(KEY);
  const isOff = settings.has('write_threshold') && !settings.boolean('write_threshold');
  settings.value('write_threshold');
  const ignored = readIgnoredComponents(settings);
  settings.finish();
  return { writeThreshold: isOff && !settings.failed ? { writeThreshold: false } : {}, ignored };
}

/**
 * A hash of a part of a configuration, as it is written: 16 hex digits, the same in each process. The order of keys, comments and
 * everything else that is YAML alone make no difference; the order of lists, and options that are given as their default, do.
 */
function fingerprintOf(value: unknown): string {
  const { high, low } = fnv1a64(new TextEncoder().encode(JSON.stringify(value, inOneForm)));
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

function inOneForm(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
