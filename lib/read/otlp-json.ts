import { MAX_READ_LINE_BYTES, parseLine, UnreadableError } from '../archive/read-line.ts';
import { faultInLine, isTooDeep } from './check-line.ts';

/**
 * A line of the archive as the read service takes it: OTLP JSON (opentelemetry/proto/trace/v1/trace.proto), then the columns.
 * 64-bit integers are texts of decimal digits, IDs are hex, absent fields have their default value.
 */

export interface AnyValueJson {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly arrayValue?: { readonly values?: readonly AnyValueJson[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValueJson[] };
  /** base64 */
  readonly bytesValue?: string;
}

export interface KeyValueJson {
  readonly key: string;
  readonly value?: AnyValueJson;
}

export interface EventJson {
  readonly timeUnixNano?: string;
  readonly name?: string;
  readonly attributes?: readonly KeyValueJson[];
  readonly droppedAttributesCount?: number;
}

export interface LinkJson {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceState?: string;
  readonly attributes?: readonly KeyValueJson[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
}

export interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  /** Absent: a root span. */
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly attributes?: readonly KeyValueJson[];
  readonly droppedAttributesCount?: number;
  readonly events?: readonly EventJson[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly LinkJson[];
  readonly droppedLinksCount?: number;
  readonly status?: { readonly message?: string; readonly code?: number };
  readonly flags?: number;
}

export interface ScopeJson {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValueJson[];
}

export interface ScopeSpansJson {
  readonly scope?: ScopeJson;
  readonly spans?: readonly SpanJson[];
  readonly schemaUrl?: string;
}

export interface ResourceJson {
  readonly attributes?: readonly KeyValueJson[];
}

export interface ResourceSpansJson {
  readonly resource?: ResourceJson;
  readonly scopeSpans?: readonly ScopeSpansJson[];
  readonly schemaUrl?: string;
}

/** The members of a line that the read service uses. */
export interface LineJson {
  readonly resourceSpans: readonly ResourceSpansJson[];
  readonly trace_id: string;
  readonly root_service?: string | null;
  readonly root_name?: string | null;
  readonly sampling_policy?: string | null;
  readonly sample_weight?: number | null;
  readonly decided_at?: string | null;
  readonly seq?: number | null;
}

/** What comes out of one object at most, as in compaction: a larger one is left out, and said to be missing. */
export const MAX_OBJECT_TEXT_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 0x0a;
const TRACE_ID = /^[\da-f]{32}$/;

/** Where the lines of a text are, without their line feeds. @throws {UnreadableError} */
export function* linesIn(text: Uint8Array): Generator<{ readonly begin: number; readonly end: number }> {
  for (let begin = 0; begin < text.length; ) {
    const feed = text.indexOf(LINE_FEED, begin);
    const end = feed < 0 ? text.length : feed;
    if (end - begin > MAX_READ_LINE_BYTES) {
      throw new UnreadableError(`has a line of more than ${MAX_READ_LINE_BYTES} bytes`);
    }
    if (end > begin) yield { begin, end };
    begin = end + 1;
  }
}

/** A line that will be passed on as it is. @throws {UnreadableError} when it is not a line of the archive */
export function readWholeLine(line: Uint8Array): LineJson {
  const json = readLine(line);
  if (isTooDeep(json)) throw new UnreadableError('is not OTLP JSON as the archive writes it: it is nested too deep');
  return json;
}

/**
 * @param parse the same as `JSON.parse`
 * @throws {UnreadableError} when it is not a line of the archive
 */
export function readLine(line: Uint8Array, parse?: (text: string) => unknown): LineJson {
  const { json } = parseLine(line, parse);
  const { trace_id: traceId, resourceSpans } = (json ?? {}) as Partial<LineJson>;
  if (typeof traceId !== 'string' || !TRACE_ID.test(traceId) || !Array.isArray(resourceSpans)) {
    throw new UnreadableError('is not a line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}');
  }
  const fault = faultInLine(json);
  if (fault !== undefined) throw new UnreadableError(`is not OTLP JSON as the archive writes it: ${fault}`);
  return json as LineJson;
}

/** `service.name` of a resource as the view `spans` has it; null when it is missing or empty. */
export function serviceOf(resource: ResourceJson | undefined): string | null {
  const value = resource?.attributes?.find(({ key }) => key === 'service.name')?.value;
  return value === undefined ? null : valueText(value) || null;
}

/** A value as text, as the views spell it (docs/archive.md); null: no value. */
export function valueText(value: AnyValueJson): string | null {
  const { stringValue, intValue, boolValue, doubleValue, bytesValue } = value;
  if (stringValue !== undefined) return stringValue;
  if (intValue !== undefined) return String(intValue);
  if (boolValue !== undefined) return String(boolValue);
  if (doubleValue !== undefined) return Object.is(doubleValue, -0) ? '-0.0' : String(doubleValue);
  if (value.arrayValue !== undefined) return JSON.stringify((value.arrayValue.values ?? []).map(leafText));
  if (value.kvlistValue !== undefined) return keyValuesText(value.kvlistValue.values ?? []);
  return bytesValue ?? null;
}

function keyValuesText(pairs: readonly KeyValueJson[]): string {
  if (pairs.length === 0) return '{}';
  return JSON.stringify(pairs.map(({ key, value }) => ({ key, value: value === undefined ? null : leafText(value) })));
}

/** A list inside another has no text. */
function leafText(value: AnyValueJson): string | null {
  return value.arrayValue === undefined && value.kvlistValue === undefined ? valueText(value) : null;
}
