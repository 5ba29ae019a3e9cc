import { spanTree } from '../../otlp/trace/span-tree.ts';
import type { Trace } from '../../otlp/trace/trace.ts';

/** A span of a trace, with the columns of the query `waterfall`. */
export type WaterfallRow = Readonly<{
  depth: number;
  /** From the start of the trace; null: the span has no start. */
  offset_ms: number | null;
  /** Null: the span lacks one of its times. */
  duration_ms: number | null;
  service: string | null;
  name: string;
  kind: string;
  status: string;
  message: string | null;
  span_id: string;
  parent_span_id: string | null;
}>;

/** Indexed by the codes of OTLP. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES = ['UNSET', 'OK', 'ERROR'];

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto. */
const SPAN_EVENTS = 11;
const SPAN_STATUS = 15;
const STATUS_MESSAGE = 2;
const EVENT_ATTRIBUTES = 3;

/**
 * A trace from the buffer or the archive in the rows of the query `waterfall`, which only the archive can be asked for; without its
 * times of their own (`self_ms`) and without a policy.
 */
export function waterfallRows(received: Trace): readonly WaterfallRow[] {
  const trace = received.withoutUnfinishedCopies();
  const services = trace.resourceSpans.map((resource) => {
    const service = resource.attribute('service.name');
    return typeof service === 'string' && service !== '' ? service : null;
  });
  const starts = Array.from({ length: trace.spanCount }, (_, span) => trace.startTimeUnixNano(span)).filter(isSet);
  const beginNs = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
  return spanTree(trace).map(({ span, depth }) => {
    const start = trace.startTimeUnixNano(span);
    const end = trace.endTimeUnixNano(span);
    const parent = trace.parentSpanId(span);
    const spanId = trace.spanId(span);
    return {
      depth,
      offset_ms: isSet(start) ? milliseconds(start - beginNs) : null,
      duration_ms: isSet(start) && isSet(end) ? milliseconds(end - start) : null,
      service: services[trace.resourceNumberOf(span)] ?? null,
      name: trace.name(span),
      kind: KINDS[trace.kind(span)] ?? 'UNSPECIFIED',
      status: STATUSES[trace.statusCode(span)] ?? 'UNSET',
      message: messageOf(trace, span),
      span_id: spanId,
      parent_span_id: parent === '' || parent === spanId ? null : parent,
    };
  });
}

function isSet(time: bigint): boolean {
  return time > 0n;
}

function milliseconds(nanos: bigint): number {
  return Number(nanos) / 1e6;
}

/** That of the status, or of the first exception. */
function messageOf(trace: Trace, span: number): string | null {
  const message = trace.spanMessage(span);
  const text = message.message(SPAN_STATUS).text(STATUS_MESSAGE);
  if (text !== '') return text;
  for (const event of message.messages(SPAN_EVENTS)) {
    const exception = event.attribute(EVENT_ATTRIBUTES, 'exception.message');
    if (typeof exception === 'string') return exception;
  }
  return null;
}
