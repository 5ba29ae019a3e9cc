import type { Trace } from '../otlp/trace/trace.ts';
import { ALWAYS } from './probability/threshold.ts';
import { readOtSampling } from './probability/trace-state.ts';

/**
 * The threshold of the sampler that let the trace through before it came here, from `ot=th:…` in the trace state. Taken
 * from a root span if one has it, else from the first span that does; {@link ALWAYS} when none has.
 */
export function headThreshold(trace: Trace): bigint {
  let elsewhere: bigint | undefined;
  for (let i = 0; i < trace.spanCount; i++) {
    const { threshold } = readOtSampling(trace.traceState(i));
    if (threshold === undefined) continue;
    if (trace.isRoot(i)) return threshold;
    elsewhere ??= threshold;
  }
  return elsewhere ?? ALWAYS;
}
