import type { Policy } from '../policy.ts';
import type { SamplingConfig } from '../sampling-config.ts';
import type { IgnoredComponents } from './collector/ignored-components.ts';
import { readIgnoredSettings, refuseUnsupportedSettings } from './ignored-settings.ts';
import type { ConfigIssues, ConfigNode } from './issues.ts';
import { OptionsReader } from './options-reader.ts';
import { parsePolicy } from './parse-policy.ts';
import { type DurationRange, readDuration } from './read-duration.ts';
import { readTailgateSettings } from './tailgate-settings.ts';
import { warnOfLimits } from './trace-state-limits.ts';

const DEFAULT_DECISION_WAIT_MS = 30_000;
/** Spans are not buffered for much longer. */
export const MAX_DECISION_WAIT_MS = 12 * 3600 * 1000;
const WAITS: DurationRange = { minMs: Number.NEGATIVE_INFINITY, maxMs: MAX_DECISION_WAIT_MS, words: '0s to 12h' };

export interface ParsedBlock {
  readonly config: SamplingConfig;
  readonly ignored: IgnoredComponents;
}

/** Reads the `tail_sampling` block. What it returns is only of use when no error was reported. */
export function parseBlock(node: ConfigNode, issues: ConfigIssues): ParsedBlock {
  const options = new OptionsReader(node, issues);
  const decisionWaitMs = readWait(options, 'decision_wait') ?? DEFAULT_DECISION_WAIT_MS;
  const afterRootMs = readWait(options, 'decision_wait_after_root_received') ?? 0;
  if (afterRootMs > decisionWaitMs) {
    options.warn('decision_wait_after_root_received', 'is longer than decision_wait: it has no effect');
  }
  const policies = readPolicies(options, issues);
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
    policies: policies.toSorted((a, b) => Number(b.type === 'drop') - Number(a.type === 'drop')),
  };
  return { config, ignored };
}

/** One below 0 is none, as in the Collector. */
function readWait(options: OptionsReader, key: string): number | undefined {
  const ms = readDuration(options, key, WAITS);
  if (ms !== undefined && ms < 0) options.warn(key, 'is below 0: read as 0s');
  return ms === undefined ? undefined : Math.max(0, ms);
}

function readPolicies(options: OptionsReader, issues: ConfigIssues): readonly Policy[] {
  const nodes = options.list('policies');
  if (nodes.length === 0 && !options.hasFailed('policies')) {
    options.error('policies', 'expected at least one policy; without any, no trace is kept');
  }
  reportRepeatedNames(nodes, issues);
  warnOfLimits(nodes, issues);
  const policies = nodes.map((node) => parsePolicy(node, issues)).filter((policy) => policy !== undefined);
  if (nodes.length > 0 && policies.length === nodes.length && policies.every(({ type }) => type === 'drop')) {
    options.warn('policies', 'only drop: no trace is kept');
  }
  return policies;
}

/** Names sign decisions and label metrics. Those of sub-policies do neither. */
function reportRepeatedNames(nodes: readonly ConfigNode[], issues: ConfigIssues): void {
  const seen = new Set<unknown>();
  for (const { value, path } of nodes) {
    const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : '';
    if (typeof name !== 'string' || name === '') continue;
    if (seen.has(name)) issues.error([...path, 'name'], `another policy is called "${name}" already`);
    seen.add(name);
  }
}
