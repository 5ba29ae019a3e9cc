/** What conditions can read of a span. Fields without an accessor of `Trace` are read from the `Span` message. */
import { parseW3cTraceState } from '../../otlp/w3c-trace-state.ts';
import { Time } from '../go/time.ts';
import type { EvaluationContext } from '../runtime/context.ts';
import { Id, Opaque } from '../runtime/value.ts';
import type { PathDefinition } from './path-definition.ts';

/** Field numbers of `Span` (opentelemetry/proto/trace/v1/trace.proto). */
const ATTRIBUTES = 9;
const DROPPED_ATTRIBUTES_COUNT = 10;
const EVENTS = 11;
const DROPPED_EVENTS_COUNT = 12;
const LINKS = 13;
const DROPPED_LINKS_COUNT = 14;
const STATUS = 15;
const STATUS_MESSAGE = 2;
/** Names of the span kinds by number, as the Collector's `SpanKind.String` gives them. */
const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
/** The one value of every status. */
const STATUS_VALUE = new Opaque('status');

/** Context `span` (pkg/ottl/contexts/ottlspan). */
export const SPAN_PATHS: readonly PathDefinition[] = [
  {
    path: 'attributes',
    yields: 'map',
    get: (context) => context.trace.spanMessage(context.span).attributes(ATTRIBUTES),
    lookUp: (context, key) => context.trace.attribute(context.span, key),
    isNested: true,
  },
  { path: 'name', yields: 'string', get: (context) => context.trace.name(context.span) },
  {
    path: 'kind',
    yields: 'int, as the enums `SPAN_KIND_…`',
    get: (context) => BigInt(context.trace.kind(context.span)),
  },
  {
    path: 'kind.string',
    yields: `string: ${KINDS.join(', ')}`,
    get: (context) => KINDS[context.trace.kind(context.span)] ?? '',
  },
  {
    path: 'kind.deprecated_string',
    yields: 'string: `SPAN_KIND_SERVER` …',
    get: (context) => {
      const kind = KINDS[context.trace.kind(context.span)];
      return kind === undefined ? '' : `SPAN_KIND_${kind.toUpperCase()}`;
    },
  },
  {
    path: 'status',
    yields: 'equal only to itself',
    get: () => STATUS_VALUE,
    warning: 'status is equal to nothing else; compare status.code',
  },
  {
    path: 'status.code',
    yields: 'int, as the enums `STATUS_CODE_…`',
    get: (context) => BigInt(context.trace.statusCode(context.span)),
  },
  {
    path: 'status.message',
    yields: 'string',
    get: (context) => context.trace.spanMessage(context.span).message(STATUS).text(STATUS_MESSAGE),
  },
  { path: 'trace_id', yields: 'trace ID', get: (context) => new Id(context.trace.traceId) },
  { path: 'trace_id.string', yields: 'string, 32 hex digits', get: (context) => context.trace.traceId },
  { path: 'span_id', yields: 'span ID', get: (context) => new Id(spanId(context)) },
  { path: 'span_id.string', yields: 'string, 16 hex digits', get: spanId },
  {
    path: 'parent_span_id',
    yields: 'span ID, all zero on a root span',
    get: (context) => new Id(parentSpanId(context)),
  },
  { path: 'parent_span_id.string', yields: 'string, 16 hex digits, zeros on a root span', get: parentSpanId },
  {
    path: 'trace_state',
    yields:
      'string; with a key, the value of that member: empty when the header has no such member, nil when it is invalid',
    get: (context) => context.trace.traceState(context.span),
    lookUp: (context, key) => traceStateMember(context.trace.traceState(context.span), key),
  },
  { path: 'flags', yields: 'int', get: (context) => BigInt(context.trace.flags(context.span)) },
  { path: 'start_time', yields: 'time', get: (context) => new Time(startTime(context)) },
  { path: 'start_time_unix_nano', yields: 'int', get: startTime },
  { path: 'end_time', yields: 'time', get: (context) => new Time(endTime(context)) },
  { path: 'end_time_unix_nano', yields: 'int', get: endTime },
  {
    path: 'events',
    yields: 'list; only its length can be read',
    get: (context) => opaque(context, 'events', EVENTS),
  },
  {
    path: 'links',
    yields: 'list; only its length can be read',
    get: (context) => opaque(context, 'links', LINKS),
  },
  { path: 'dropped_attributes_count', yields: 'int', get: (context) => count(context, DROPPED_ATTRIBUTES_COUNT) },
  { path: 'dropped_events_count', yields: 'int', get: (context) => count(context, DROPPED_EVENTS_COUNT) },
  { path: 'dropped_links_count', yields: 'int', get: (context) => count(context, DROPPED_LINKS_COUNT) },
];

/** The enums that conditions on spans and on span events can name (OTTL context `span`). */
export const ENUMS: ReadonlyMap<string, bigint> = new Map([
  ['SPAN_KIND_UNSPECIFIED', 0n],
  ['SPAN_KIND_INTERNAL', 1n],
  ['SPAN_KIND_SERVER', 2n],
  ['SPAN_KIND_CLIENT', 3n],
  ['SPAN_KIND_PRODUCER', 4n],
  ['SPAN_KIND_CONSUMER', 5n],
  ['STATUS_CODE_UNSET', 0n],
  ['STATUS_CODE_OK', 1n],
  ['STATUS_CODE_ERROR', 2n],
]);

/** The ID in 16 hex digits; zeros when it is missing. */
function spanId({ trace, span }: EvaluationContext): string {
  return trace.spanId(span).padEnd(16, '0');
}

function parentSpanId({ trace, span }: EvaluationContext): string {
  return trace.parentSpanId(span).padEnd(16, '0');
}

/** Times of OTTL are signed. */
function startTime({ trace, span }: EvaluationContext): bigint {
  return BigInt.asIntN(64, trace.startTimeUnixNano(span));
}

function endTime({ trace, span }: EvaluationContext): bigint {
  return BigInt.asIntN(64, trace.endTimeUnixNano(span));
}

/** The value of a member of a `tracestate`: '' when there is no such member, null when the header is invalid. */
function traceStateMember(header: string, key: string): string | null {
  const members = parseW3cTraceState(header);
  return members === undefined ? null : (members.get(key) ?? '');
}

/** Events or links: OTTL can only ask for their number. */
function opaque({ trace, span }: EvaluationContext, type: 'events' | 'links', field: number): Opaque {
  return new Opaque(type, trace.spanMessage(span).count(field));
}

/** A counter of dropped elements. */
function count({ trace, span }: EvaluationContext, field: number): bigint {
  return BigInt(trace.spanMessage(span).uint32(field));
}
