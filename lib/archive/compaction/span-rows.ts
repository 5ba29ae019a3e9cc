import { attributeTexts, type TextEntry, textOf } from './attribute-texts.ts';
import {
  endNanosAt,
  hexAt,
  integerAt,
  type JsonObject,
  nanosAt,
  objectAt,
  objectsAt,
  otherIdAt,
  textAt,
} from './json-fields.ts';

export interface EventValue {
  readonly time_ns: bigint | null;
  readonly name: string | null;
  readonly attributes: readonly TextEntry[];
}

export interface LinkValue {
  readonly trace_id: string | null;
  readonly span_id: string | null;
}

export type PartValue =
  | string
  | number
  | bigint
  | null
  | readonly (string | null)[]
  | readonly TextEntry[]
  | readonly EventValue[]
  | readonly LinkValue[];

/** A row of a part: its columns by name (`PART_COLUMNS`). A missing column is NULL; timestamps are milliseconds since the epoch. */
export type PartRow = { readonly record: 'span' | 'trace' } & Readonly<Record<string, PartValue>>;

const KINDS: readonly string[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES: readonly string[] = ['UNSET', 'OK', 'ERROR'];
const NANOS_PER_MS = 1_000_000n;

type Columns = Readonly<Record<string, PartValue>>;

/**
 * A row for each span in `resourceSpans`, with the values of the view `spans` (`lib/archive/tables/spans-view.ts`).
 *
 * @param ofLine the columns that all spans of the line have in common
 * @throws {UnreadableError}
 */
export function spanRows(resourceSpans: readonly JsonObject[] | undefined, ofLine: Columns): PartRow[] {
  const rows: PartRow[] = [];
  for (const one of resourceSpans ?? []) {
    const resource = objectAt(one, 'resource');
    const resourceAttributes = attributeTexts(resource && objectsAt(resource, 'attributes'));
    const service = textOf(resourceAttributes, 'service.name') || null;
    for (const scopeSpans of objectsAt(one, 'scopeSpans') ?? []) {
      const scope = objectAt(scopeSpans, 'scope') ?? {};
      const common = {
        ...ofLine,
        service,
        resource_attributes: resourceAttributes,
        scope_name: textAt(scope, 'name'),
        scope_version: textAt(scope, 'version'),
      };
      for (const span of objectsAt(scopeSpans, 'spans') ?? []) rows.push(spanRow(span, common));
    }
  }
  return rows;
}

function spanRow(span: JsonObject, common: Columns): PartRow {
  const start = nanosAt(span, 'startTimeUnixNano');
  const end = endNanosAt(span, 'endTimeUnixNano');
  const status = objectAt(span, 'status') ?? {};
  const statusCode = integerAt(status, 'code') ?? 0;
  const attributes = attributeTexts(objectsAt(span, 'attributes'));
  const events = (objectsAt(span, 'events') ?? []).map(eventOf);
  const links = (objectsAt(span, 'links') ?? []).map(linkOf);
  return {
    record: 'span',
    ...common,
    trace_id: hexAt(span, 'traceId'),
    span_id: hexAt(span, 'spanId'),
    parent_span_id: otherIdAt(span, 'parentSpanId'),
    name: textAt(span, 'name'),
    kind: KINDS[integerAt(span, 'kind') ?? 0] ?? 'UNSPECIFIED',
    start_time: start === null ? null : start / NANOS_PER_MS,
    start_ns: start,
    end_ns: end,
    duration_ms: start === null || end === null ? null : Number(end - start) / 1e6,
    status: STATUSES[statusCode] ?? 'UNSET',
    status_code: statusCode,
    status_message: textAt(status, 'message'),
    http_method: textOf(attributes, 'http.request.method', 'http.method'),
    http_route: textOf(attributes, 'http.route'),
    http_status: integerOf(textOf(attributes, 'http.response.status_code', 'http.status_code')),
    db_system: textOf(attributes, 'db.system.name', 'db.system'),
    db_query: textOf(attributes, 'db.query.text', 'db.statement'),
    attributes,
    exception_type: firstOf(events, 'exception.type'),
    exception_message: firstOf(events, 'exception.message'),
    events,
    links,
    linked_trace_ids: links.map((link) => link.trace_id).filter((id) => id !== null),
    trace_state: textAt(span, 'traceState'),
  };
}

function eventOf(event: JsonObject): EventValue {
  return {
    time_ns: nanosAt(event, 'timeUnixNano'),
    name: textAt(event, 'name'),
    attributes: attributeTexts(objectsAt(event, 'attributes')),
  };
}

function linkOf(link: JsonObject): LinkValue {
  return { trace_id: otherIdAt(link, 'traceId'), span_id: otherIdAt(link, 'spanId') };
}

/** The attribute of the first event that has it. */
function firstOf(events: readonly { readonly attributes: readonly TextEntry[] }[], key: string): string | null {
  for (const { attributes } of events) {
    const value = textOf(attributes, key);
    if (value !== null) return value;
  }
  return null;
}

/** What `TRY_CAST(… AS integer)` gives: 32 bits. */
function integerOf(text: string | null): number | null {
  const value = text !== null && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return (value | 0) === value ? value : null;
}
