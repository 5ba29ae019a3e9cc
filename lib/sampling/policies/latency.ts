import type { Trace } from '../../otlp/trace/trace.ts';
import type { Explanation, PolicyDefinition } from '../policy.ts';
import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { tracesThat } from '../policy-summary.ts';

const NANOS_PER_MS = 1_000_000n;
/** More than the error of `Trace.approximateDuration`. */
const MAX_ERROR_NANOS = 1e5;

/**
 * `latency`: keeps a trace whose duration d (latest end minus earliest start, in whole milliseconds) has `threshold_ms`
 * < d, and d <= `upper_threshold_ms` unless that is 0.
 *
 * The Collector tests this after each span in order of arrival, on the spans so far, and so does Tailgate. With an
 * upper bound the order of arrival can therefore change the vote; without one it cannot.
 */
export const latency = {
  type: 'latency',
  isCombinator: false,
  options: [
    {
      key: 'threshold_ms',
      type: 'whole number',
      default: '0',
      meaning: 'keep traces that take longer than this, in milliseconds',
    },
    { key: 'upper_threshold_ms', type: 'whole number', default: '0', meaning: 'and at most this; 0 means no bound' },
  ],
  parse(options, { name }) {
    const threshold = options.int64('threshold_ms');
    const upper = options.int64('upper_threshold_ms');
    if (upper !== 0n && upper <= threshold) {
      options.warn('upper_threshold_ms', 'is not above threshold_ms: the policy never matches');
    }
    const isMatch = (ms: bigint) => ms > threshold && (upper === 0n || ms <= upper);
    const minNanos = Number(threshold * NANOS_PER_MS) - MAX_ERROR_NANOS;
    const summary = tracesThat(`takes longer than ${threshold} ms${upper === 0n ? '' : `, up to ${upper} ms`}`);
    return {
      name,
      type: 'latency',
      summary,
      evaluate(trace, _allowances, explanation) {
        // No span can make the trace longer than all of them do. This decides most traces, without a bigint for each span.
        const isShort = trace.approximateDuration() < minNanos;
        const isMatched = !isShort && someDuration(trace, isMatch);
        if (explanation !== undefined) explain(explanation, trace, { isMatched, isMatch });
        return isMatched ? SAMPLED : NOT_SAMPLED;
      },
    };
  },
} as const satisfies PolicyDefinition;

/** The duration that the policy goes by: that of the whole trace, unless an earlier one was in the bounds. */
function explain(
  explanation: Explanation,
  trace: Trace,
  { isMatched, isMatch }: { readonly isMatched: boolean; readonly isMatch: (ms: bigint) => boolean },
): void {
  let whole = 0n;
  let first: bigint | undefined;
  someDuration(trace, (ms) => {
    whole = ms;
    if (first === undefined && isMatch(ms)) first = ms;
    return false;
  });
  const before = isMatched && !isMatch(whole) ? `, and took ${first} ms before the last of its spans came` : '';
  explanation.saw(`it takes ${whole} ms${before}`, { durationMs: Number(before === '' ? whole : first) });
}

/** Whether `isMatch` is true for the duration of the trace after any of its spans. A time of 0 counts as not set. */
function someDuration(trace: Trace, isMatch: (ms: bigint) => boolean): boolean {
  let start = 0n;
  let end = 0n;
  for (let i = 0; i < trace.spanCount; i++) {
    const spanStart = trace.startTimeUnixNano(i);
    const spanEnd = trace.endTimeUnixNano(i);
    const startsEarlier = start === 0n || spanStart < start;
    const endsLater = spanEnd > end;
    if (startsEarlier) start = spanStart;
    if (endsLater) end = spanEnd;
    if ((startsEarlier || endsLater) && isMatch(milliseconds(start, end))) return true;
  }
  return false;
}

/** Truncates towards zero. The difference wraps around to a signed 64-bit number, as in the Collector. */
function milliseconds(start: bigint, end: bigint): bigint {
  return BigInt.asIntN(64, end - start) / NANOS_PER_MS;
}
