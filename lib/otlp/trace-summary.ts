import type { AttributeValue } from './attribute-value.ts';
import type { Trace } from './trace.ts';

/** What a trace is about, in a few values. */
export interface TraceSummary {
  /** The earliest start of a span; 0 when no span has one. */
  readonly startTimeUnixNano: bigint;
  /** The latest end of a span; 0 when no span has one. */
  readonly endTimeUnixNano: bigint;
  /** From the earliest start to the latest end; 0 when that is negative, null when no span has the one or the other. */
  readonly durationMs: number | null;
  /** `service.name` of the resource of the root span; '' when it has none that is a string. */
  readonly rootService: string;
  /** The name of the root span. */
  readonly rootName: string;
  /** The different values of `service.name`, in order of arrival. */
  readonly services: readonly string[];
  /** How many spans have status error. */
  readonly errorCount: number;
  /** `ERROR` when any span has status error. */
  readonly status: 'OK' | 'ERROR';
}

const STATUS_ERROR = 2;

/**
 * Sums up a trace. Its root span is the earliest span without a parent or, when there is none, the earliest span; a span
 * without a start time is later than any other, and of equally early ones the first to arrive counts.
 */
export function summarize(trace: Trace): TraceSummary {
  const start = earliestStart(trace);
  let end = 0n;
  let errorCount = 0;
  for (let span = 0; span < trace.spanCount; span++) {
    const spanEnd = trace.endTimeUnixNano(span);
    if (spanEnd > end) end = spanEnd;
    if (trace.statusCode(span) === STATUS_ERROR) errorCount++;
  }
  const root = findRoot(trace);
  const services = new Set<string>();
  let rootService = '';
  for (const resourceSpans of trace.resourceSpans) {
    const service = textOf(resourceSpans.attribute('service.name'));
    if (resourceSpans.firstSpan <= root && root < resourceSpans.endSpan) rootService = service;
    if (service !== '') services.add(service);
  }
  return {
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    durationMs: start > 0n && end > 0n ? Math.max(0, Number(end - start) / 1e6) : null,
    rootService,
    rootName: trace.spanCount > 0 ? trace.name(root) : '',
    services: [...services],
    errorCount,
    status: errorCount > 0 ? 'ERROR' : 'OK',
  };
}

/** When the first span starts, in nanoseconds since the epoch; 0 when no span has a start. */
export function earliestStart(trace: Trace): bigint {
  let earliest = 0n;
  for (let span = 0; span < trace.spanCount; span++) {
    const start = trace.startTimeUnixNano(span);
    if (start > 0n && (earliest === 0n || start < earliest)) earliest = start;
  }
  return earliest;
}

function findRoot(trace: Trace): number {
  let root = 0;
  for (let span = 1; span < trace.spanCount; span++) {
    if (isBetterRoot(trace, span, root)) root = span;
  }
  return root;
}

function isBetterRoot(trace: Trace, span: number, other: number): boolean {
  if (trace.isRoot(span) !== trace.isRoot(other)) return trace.isRoot(span);
  const start = trace.startTimeUnixNano(span);
  const otherStart = trace.startTimeUnixNano(other);
  return start > 0n && (otherStart === 0n || start < otherStart);
}

function textOf(value: AttributeValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
