import type { Trace } from '../otlp/trace/trace.ts';
import { readOtSampling } from './probability/trace-state.ts';

/** The randomness of a trace without `rv`: the low 56 bits of its ID (W3C Trace Context Level 2, "Randomness of trace-id"). */
export function idRandomness(traceId: string): bigint {
  return BigInt(`0x${traceId.slice(18)}`);
}

/**
 * The randomness R that every sampler of the trace compares with its threshold: the first `rv` of its trace states, else
 * that of the trace ID. Undefined when no trace state has `rv` or `th`: nothing then says that the ID is random.
 */
export function declaredRandomness(trace: Trace): bigint | undefined {
  let hasThreshold = false;
  let last = '';
  for (let i = 0; i < trace.spanCount; i++) {
    const text = trace.traceState(i);
    if (text === last) continue;
    last = text;
    const { randomness, threshold } = readOtSampling(text);
    if (randomness !== undefined) return randomness;
    hasThreshold ||= threshold !== undefined;
  }
  return hasThreshold ? idRandomness(trace.traceId) : undefined;
}
