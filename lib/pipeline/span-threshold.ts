import type { NewTraceState } from '../otlp/json-encode/encode-spans.ts';
import { SPAN } from '../otlp/trace/index-fragments.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import { parseThreshold } from '../sampling/probability/threshold.ts';
import { type OtSampling, readOtSampling, withThreshold } from '../sampling/probability/trace-state.ts';
import type { ThresholdUpdate } from '../sampling/probability/weigh.ts';
import { idRandomness } from '../sampling/trace-randomness.ts';

/**
 * How a decision changes `th` in the trace states of a trace's spans, span by span; undefined when it changes none.
 *
 * A threshold is never lowered: that of an earlier, stricter sampler stays. Where a span's own randomness is below the
 * threshold that it would get, `th` would be wrong and is taken away (OpenTelemetry specification, "TraceState:
 * Probability Sampling", general requirements).
 */
export function newTraceStates(trace: Trace, update: ThresholdUpdate): NewTraceState | undefined {
  if (update === undefined) return undefined;
  if (update === null) return hasTraceState(trace) ? remembering(trace, withoutThreshold) : undefined;
  const threshold = parseThreshold(update);
  if (threshold === undefined) throw new Error(`"${update}" is not a threshold`);
  const ofId = idRandomness(trace.traceId);
  return remembering(trace, (traceState) => raise(traceState, threshold, ofId));
}

function withoutThreshold(traceState: string): string {
  return withThreshold(traceState, undefined);
}

function raise(traceState: string, threshold: bigint, ofId: bigint): string {
  const has: OtSampling = readOtSampling(traceState);
  if (has.threshold !== undefined && has.threshold >= threshold) return traceState;
  return withThreshold(traceState, (has.randomness ?? ofId) >= threshold ? threshold : undefined);
}

function hasTraceState(trace: Trace): boolean {
  const { spans } = trace.index;
  for (let span = 0; span < spans.length; span++) {
    if (spans.get(span, SPAN.traceState) !== 0) return true;
  }
  return false;
}

/** Nearly always all spans of a trace have the same trace state. */
function remembering(trace: Trace, change: (traceState: string) => string): NewTraceState {
  let from: string | undefined;
  let to: string | undefined;
  return (span) => {
    const traceState = trace.traceState(span);
    if (traceState !== from) {
      const changed = change(traceState);
      from = traceState;
      to = changed === traceState ? undefined : changed;
    }
    return to;
  };
}
