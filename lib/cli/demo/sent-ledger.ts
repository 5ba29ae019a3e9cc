import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What was really sent of one trace: what Tailgate's decisions are checked against. */
export interface SentTrace {
  readonly traceId: string;
  readonly spanIds: Set<string>;
  /** Nanoseconds since the epoch. */
  earliestStart: bigint;
  latestEnd: bigint;
  hasError: boolean;
  /** Values of the attribute `customer.tier`. */
  readonly tiers: Set<string>;
}

/** Writes down every span that a service ends. */
export class SentLedger implements SpanProcessor {
  readonly traces = new Map<string, SentTrace>();
  spanCount = 0;

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    const { traceId, spanId } = span.spanContext();
    const start = nanoseconds(span.startTime);
    const end = nanoseconds(span.endTime);
    let trace = this.traces.get(traceId);
    if (trace === undefined) {
      const tiers = new Set<string>();
      trace = { traceId, spanIds: new Set(), earliestStart: start, latestEnd: end, hasError: false, tiers };
      this.traces.set(traceId, trace);
    }
    trace.spanIds.add(spanId);
    if (start < trace.earliestStart) trace.earliestStart = start;
    if (end > trace.latestEnd) trace.latestEnd = end;
    if (span.status.code === SpanStatusCode.ERROR) trace.hasError = true;
    const tier = span.attributes['customer.tier'];
    if (typeof tier === 'string') trace.tiers.add(tier);
    this.spanCount += 1;
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function nanoseconds([seconds, nanos]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}
