import { regroup } from '../../lib/otlp/regroup.ts';
import { Trace } from '../../lib/otlp/trace.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { decide } from '../../lib/sampling/decide.ts';
import { LocalAllowances } from '../../lib/sampling/local-allowances.ts';
import type { Answer, Outcome, TailSampling } from './case.ts';
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
  config: TailSampling,
  requests: readonly Uint8Array[],
  turns?: readonly Turn[],
): Answer {
  const parsed = parseSamplingConfig(configText(withDollars(config)));
  if (!parsed.ok) return { refused: parsed.issues.map(({ path, message }) => `${path}: ${message}`).join('\n') };
  const answer = new Map<string, Outcome>();
  const fragments = fragmentsByTrace(requests);
  let nowMs = 0;
  const allowances = new LocalAllowances(() => nowMs);
  for (const { traceId, atMs } of turns ?? [...fragments.keys()].map((id) => ({ traceId: id, atMs: 0 }))) {
    nowMs = atMs;
    const trace = Trace.fromFragments(traceId, fragments.get(traceId) ?? []);
    const { outcome, policy } = decide(parsed.config, trace, allowances);
    answer.set(traceId, { outcome, policy });
  }
  return answer;
}

/** In the order in which traces are first seen. */
export function fragmentsByTrace(requests: readonly Uint8Array[]): ReadonlyMap<string, readonly Uint8Array[]> {
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
