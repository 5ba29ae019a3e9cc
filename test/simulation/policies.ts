import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';

/** Policies that a history may have, and what may be expected of them. */
interface PolicySet {
  readonly policies: readonly string[];
  /** What they say of a trace depends on the spans that were seen of it, and on nothing else: limits, other traces, the order. */
  readonly isPure: boolean;
  /** More spans of a trace never make "not sampled" out of "sampled". */
  readonly isMonotone: boolean;
  /**
   * What makes them sample a large trace shows in any part of it that has the span, and the beginning and the end of the trace
   * (docs/adr/0011-large-traces-cost-what-arrives.md). Others may be found later, or not at all.
   */
  readonly isSeenInParts: boolean;
}

const ERRORS = '{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }';
const SLOW = '{ name: slow, type: latency, latency: { threshold_ms: 100 } }';
const TAGGED = '{ name: tagged, type: string_attribute, string_attribute: { key: tag, values: [keep] } }';

function seenInParts(...policies: readonly string[]): PolicySet {
  return { policies, isPure: true, isMonotone: true, isSeenInParts: true };
}

function monotone(...policies: readonly string[]): PolicySet {
  return { policies, isPure: true, isMonotone: true, isSeenInParts: false };
}

function turnsOff(...policies: readonly string[]): PolicySet {
  return { policies, isPure: true, isMonotone: false, isSeenInParts: false };
}

function unforeseeable(...policies: readonly string[]): PolicySet {
  return { policies, isPure: false, isMonotone: false, isSeenInParts: false };
}

const POLICY_SETS = {
  errors: seenInParts(ERRORS),
  all: seenInParts('{ name: all, type: always_sample }'),
  slow: seenInParts(SLOW),
  tagged: seenInParts(TAGGED),
  any: seenInParts(ERRORS, SLOW, TAGGED),
  half: monotone('{ name: half, type: probabilistic, probabilistic: { sampling_percentage: 50 } }'),
  none: monotone('{ name: none, type: probabilistic, probabilistic: { sampling_percentage: 0 } }'),
  many: monotone('{ name: many, type: span_count, span_count: { min_spans: 3 } }'),
  few: turnsOff('{ name: few, type: span_count, span_count: { min_spans: 1, max_spans: 2 } }'),
  // As in the Collector, the first spans may satisfy it before the next ones exceed it: the order of arrival counts.
  quick: unforeseeable('{ name: quick, type: latency, latency: { threshold_ms: 1, upper_threshold_ms: 100 } }'),
  healthy: turnsOff(
    '{ name: healthy, type: not, not: { not_sub_policy: { name: e, type: status_code, status_code: { status_codes: [ERROR] } } } }',
  ),
  'not probed': turnsOff(
    '{ name: no-probes, type: drop, drop: { drop_sub_policy: [{ name: p, type: string_attribute, string_attribute: { key: tag, values: [probe] } }] } }',
    ERRORS,
  ),
  'not jobs': turnsOff(
    '{ name: no-jobs, type: string_attribute, string_attribute: { key: service.name, values: [jobs], invert_match: true } }',
  ),
  rate: unforeseeable('{ name: rate, type: rate_limiting, rate_limiting: { spans_per_second: 1, burst_capacity: 3 } }'),
  bytes: unforeseeable(
    '{ name: bytes, type: bytes_limiting, bytes_limiting: { bytes_per_second: 9, burst_capacity: 300 } }',
  ),
  composite: unforeseeable(
    `{ name: c, type: composite, composite: { max_total_spans_per_second: 2, policy_order: [e, a], composite_sub_policy: [
      { name: e, type: status_code, status_code: { status_codes: [ERROR] } }, { name: a, type: always_sample }],
      rate_allocation: [{ policy: e, percent: 50 }, { policy: a, percent: 50 }] } }`,
  ),
  dynamic: unforeseeable(
    '{ name: d, type: dynamic, dynamic: { key_attributes: [service.name], goal_sampling_percentage: 40, adjustment_interval: 60s } }',
  ),
} as const satisfies Readonly<Record<string, PolicySet>>;

export type PolicyName = keyof typeof POLICY_SETS;
export const POLICY_NAMES = Object.keys(POLICY_SETS) as readonly PolicyName[];

/** Those that can make "not sampled" out of "sampled". */
export const TURNING_OFF: readonly PolicyName[] = POLICY_NAMES.filter((name) => !POLICY_SETS[name].isMonotone);

export function policySet(name: PolicyName): PolicySet {
  return POLICY_SETS[name];
}

const parsed = new Map<string, SamplingConfig>();

export interface DecisionWaitSettings {
  readonly decisionWaitMs: number;
  /** Whether traces with a root span wait less. */
  readonly rootWait: boolean;
}

/** The configuration as it is deployed. */
export function configOf(name: PolicyName, { rootWait, decisionWaitMs }: DecisionWaitSettings): SamplingConfig {
  const key = `${name} ${rootWait} ${decisionWaitMs}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const lines = POLICY_SETS[name].policies.map((policy) => `  - ${policy}\n`).join('');
  const wait = `decision_wait: ${decisionWaitMs}ms\n${rootWait ? 'decision_wait_after_root_received: 500ms\n' : ''}`;
  const result = parseSamplingConfig(`${wait}policies:\n${lines}`);
  if (!result.ok) throw new Error(`policies "${name}": ${JSON.stringify(result.issues)}`);
  parsed.set(key, result.config);
  return result.config;
}
