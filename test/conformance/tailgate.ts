import { newTraceStates } from '../../lib/archive/line.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { readOtSampling } from '../../lib/sampling/probability/trace-state.ts';
import { LocalAllowances } from '../memory/local-allowances.ts';
import type { Answer, ConfigBlock, Outcome } from './case.ts';
import { configText, withDollars } from './config-text.ts';

/** When a trace is decided. */
export interface Turn {
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/**
 * Decides the traces of some export requests, given in order of arrival, by the code that decides in production. With
 * `turns` only the traces in it, in that order and at these times.
 */
export function decideWithTailgate(
  config: ConfigBlock,
  requests: readonly Uint8Array[],
  turns?: readonly Turn[],
): Answer {
  const parsed = parseSamplingConfig(configText(withDollars(config)));
  if (!parsed.ok) return { refused: parsed.issues.map(({ path, message }) => `${path}: ${message}`).join('; ') };
  // What it writes on the thresholds is an intended difference.
  const hasNot = configText(config).includes('"not_sub_policy"');
  const answer = new Map<string, Outcome>();
  const fragments = fragmentsByTrace(requests);
  let nowMs = 0;
  const allowances = new LocalAllowances(() => nowMs);
  for (const { traceId, atMs } of turns ?? [...fragments.keys()].map((id) => ({ traceId: id, atMs: 0 }))) {
    nowMs = atMs;
    const trace = Trace.fromFragments(traceId, fragments.get(traceId) ?? []);
    const { outcome, policy, threshold } = evaluatePolicies(parsed.config, trace, allowances);
    const isWritten = typeof threshold === 'string' && !hasNot;
    answer.set(traceId, { outcome, policy, ...(isWritten && { traceStates: traceStatesWith(threshold, trace) }) });
  }
  return answer;
}

/** What Tailgate has against a configuration, and the paths in its policies that it leaves unread. */
export function tailgateIssues(config: ConfigBlock): {
  readonly errors: readonly string[];
  readonly ignored: readonly string[];
} {
  const parsed = parseSamplingConfig(configText(withDollars(config)));
  const ignored = parsed.warnings
    .filter(({ path, message }) => path.startsWith('policies[') && message.startsWith('is ignored'))
    .map(({ path }) => path);
  return { errors: parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`), ignored };
}

/** The trace state that the last span of the only trace is archived with; undefined if the trace is not kept. */
export function lastTraceStateOf(config: ConfigBlock, requests: readonly Uint8Array[]): string | undefined {
  const parsed = parseSamplingConfig(configText(withDollars(config)));
  const [[traceId, fragments] = []] = fragmentsByTrace(requests);
  if (!parsed.ok || traceId === undefined || fragments === undefined) return undefined;
  const trace = Trace.fromFragments(traceId, fragments);
  const { outcome, threshold } = evaluatePolicies(parsed.config, trace, new LocalAllowances(() => 0));
  if (outcome !== 'sampled') return undefined;
  const last = trace.spanCount - 1;
  return newTraceStates(trace, threshold)?.(last) ?? trace.traceState(last);
}

/** Those of the spans on which the threshold is written, or a stricter one stays. */
function traceStatesWith(threshold: string, trace: Trace): ReadonlyMap<string, string> {
  const newTraceState = newTraceStates(trace, threshold);
  const traceStates = new Map<string, string>();
  for (let i = 0; i < trace.spanCount; i++) {
    const traceState = newTraceState?.(i) ?? trace.traceState(i);
    if (readOtSampling(traceState).threshold !== undefined) traceStates.set(trace.spanId(i), traceState);
  }
  return traceStates;
}

/** In the order in which traces are first seen. */
function fragmentsByTrace(requests: readonly Uint8Array[]): ReadonlyMap<string, readonly Uint8Array[]> {
  const traces = new Map<string, Uint8Array[]>();
  for (const request of requests) {
    for (const { traceId, payload } of regroup(request).fragments) {
      const fragments = traces.get(traceId);
      if (fragments === undefined) traces.set(traceId, [payload]);
      else fragments.push(payload);
    }
  }
  return traces;
}
