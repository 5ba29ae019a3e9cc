import type { Trace } from '../otlp/trace.ts';

const TWO_TO_56 = 1n << 56n;
const THRESHOLD = /^[0-9a-f]{1,14}$/;

/**
 * How many traces the head sampler let this one stand for: 2^56 / (2^56 - T), with the rejection threshold T from
 * `ot=th:…` in the trace state (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/). Taken
 * from a root span if one has it, else from the first span that does; 1 when none has.
 */
export function headAdjustedCount(trace: Trace): number {
  let elsewhere: number | undefined;
  for (let i = 0; i < trace.spanCount; i++) {
    const count = adjustedCount(trace.traceState(i));
    if (count === undefined) continue;
    if (trace.parentSpanId(i) === '') return count;
    elsewhere ??= count;
  }
  return elsewhere ?? 1;
}

function adjustedCount(traceState: string): number | undefined {
  if (traceState === '') return undefined;
  const member = valueAfter(traceState.split(','), 'ot=');
  const threshold = member === undefined ? undefined : valueAfter(member.split(';'), 'th:');
  if (threshold === undefined || !THRESHOLD.test(threshold)) return undefined;
  const rejected = BigInt(`0x${threshold.padEnd(14, '0')}`);
  return Number(TWO_TO_56) / Number(TWO_TO_56 - rejected);
}

function valueAfter(entries: readonly string[], prefix: string): string | undefined {
  const entry = entries.map((text) => text.trim()).find((text) => text.startsWith(prefix));
  return entry?.slice(prefix.length);
}
