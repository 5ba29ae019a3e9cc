/**
 * Whether a line has the shape that the archive writes: OTLP JSON, then the columns. Everything behind it may then read fields by their
 * names, whatever has become of an object in the bucket. Keys that OTLP may get in time are not looked at, but for how deep they are.
 */

/** What is wrong: the path to the first value that cannot be there; undefined: nothing. */
type Check = (value: unknown, depth: number) => string | undefined;

/** Ingest takes values that are nested 32 levels deep, each of which is up to three levels of JSON, below 17 others. */
const MAX_DEPTH = 200;

/** The path to what is wrong in a parsed line, such as `resourceSpans.3.scopeSpans`; undefined: it is a line of the archive. */
export function faultInLine(line: unknown): string | undefined {
  return message(line, 0, LINE);
}

/** Whether anything in a line is nested so deep that writing it as JSON might take more than the stack has. It takes as long again. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MAX_DEPTH || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}

const HERE = '';

function holds(test: (value: unknown) => boolean): Check {
  return (value) => (test(value) ? undefined : HERE);
}

function orNull(check: Check): Check {
  return (value, depth) => (value === null ? undefined : check(value, depth));
}

const text: Check = (value) => (typeof value === 'string' ? undefined : HERE);

function textLike(pattern: RegExp): Check {
  return (value) => (typeof value === 'string' && pattern.test(value) ? undefined : HERE);
}

/** 32 bits, with a sign or without: kinds, codes, flags and counts. */
const integer = holds((value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 32);

const MAX_UINT64 = '18446744073709551615';
const DIGITS = /^\d{1,20}$/;
/** Nanoseconds since the epoch: 64 bits, as decimal digits. */
const nanos: Check = (value) => {
  const isTime = typeof value === 'string' && DIGITS.test(value) && (value.length < 20 || value <= MAX_UINT64);
  return isTime ? undefined : HERE;
};

/** Empty: there is none. */
const traceId = textLike(/^(?:[\da-f]{32})?$/i);
const optionalSpanId = textLike(/^(?:[\da-f]{16})?$/i);
const spanId = textLike(/^[\da-f]{16}$/i);

function list(value: unknown, depth: number, element: Check): string | undefined {
  if (!Array.isArray(value) || depth > MAX_DEPTH) return HERE;
  for (let at = 0; at < value.length; at++) {
    const fault = element(value[at], depth + 1);
    if (fault !== undefined) return pathTo(String(at), fault);
  }
  return undefined;
}

function listOf(element: Check): Check {
  return (value, depth) => list(value, depth, element);
}

type Fields = readonly (readonly [name: string, check: Check])[];

function message(value: unknown, depth: number, fields: Fields, required?: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > MAX_DEPTH) return HERE;
  const members = value as Readonly<Record<string, unknown>>;
  if (required !== undefined && members[required] === undefined) return required;
  for (const [name, check] of fields) {
    const member = members[name];
    const fault = member === undefined ? undefined : check(member, depth + 1);
    if (fault !== undefined) return pathTo(name, fault);
  }
  return undefined;
}

function messageOf(fields: Fields, required?: string): Check {
  return (value, depth) => message(value, depth, fields, required);
}

function pathTo(key: string, fault: string): string {
  return fault === HERE ? key : `${key}.${fault}`;
}

const anyValue: Check = (value, depth) => message(value, depth, ANY_VALUE);
const keyValue: Check = (value, depth) => message(value, depth, KEY_VALUE, 'key');

/** Most of a line are attributes, and most of these texts: they are looked at without a table. */
const attributes: Check = (value, depth) => {
  if (!Array.isArray(value) || depth > MAX_DEPTH) return HERE;
  for (let at = 0; at < value.length; at++) {
    if (isText(value[at])) continue;
    const fault = keyValue(value[at], depth + 1);
    if (fault !== undefined) return pathTo(String(at), fault);
  }
  return undefined;
};

/** Whether it is a pair of a key and a text. */
function isText(pair: unknown): boolean {
  if (typeof pair !== 'object' || pair === null) return false;
  const { key, value } = pair as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key !== 'string' || typeof value !== 'object' || value === null) return false;
  // The first that is there is the value (`valueText`).
  return typeof (value as { readonly stringValue?: unknown }).stringValue === 'string';
}

const isInt64 = (value: unknown) => (typeof value === 'string' ? /^-?\d{1,20}$/.test(value) : Number.isInteger(value));
const isDouble = (value: unknown) =>
  typeof value === 'string' ? /^-?(?:NaN|Infinity)$/.test(value) : Number.isFinite(value);

const ANY_VALUE: Fields = [
  ['stringValue', text],
  ['boolValue', holds((value) => typeof value === 'boolean')],
  ['intValue', holds(isInt64)],
  ['doubleValue', holds(isDouble)],
  ['arrayValue', messageOf([['values', listOf(anyValue)]])],
  ['kvlistValue', messageOf([['values', attributes]])],
  ['bytesValue', text],
];

const KEY_VALUE: Fields = [
  ['key', text],
  ['value', anyValue],
];

const EVENT: Fields = [
  ['timeUnixNano', nanos],
  ['name', text],
  ['attributes', attributes],
  ['droppedAttributesCount', integer],
];

const LINK: Fields = [
  ['traceId', traceId],
  ['spanId', optionalSpanId],
  ['traceState', text],
  ['attributes', attributes],
  ['droppedAttributesCount', integer],
  ['flags', integer],
];

const STATUS: Fields = [
  ['message', text],
  ['code', integer],
];

const SPAN: Fields = [
  ['traceId', traceId],
  ['spanId', spanId],
  ['traceState', text],
  ['parentSpanId', optionalSpanId],
  ['name', text],
  ['kind', integer],
  ['startTimeUnixNano', nanos],
  ['endTimeUnixNano', nanos],
  ['attributes', attributes],
  ['droppedAttributesCount', integer],
  ['events', listOf(messageOf(EVENT))],
  ['droppedEventsCount', integer],
  ['links', listOf(messageOf(LINK))],
  ['droppedLinksCount', integer],
  ['status', messageOf(STATUS)],
  ['flags', integer],
];

const SCOPE: Fields = [
  ['name', text],
  ['version', text],
  ['attributes', attributes],
];

const SCOPE_SPANS: Fields = [
  ['scope', messageOf(SCOPE)],
  ['spans', listOf(messageOf(SPAN, 'spanId'))],
  ['schemaUrl', text],
];

const RESOURCE: Fields = [['attributes', attributes]];
const checkedResources = new WeakSet<object>();

/** This resource of a line need not be looked at again: it says what one does that was in order. */
export function markChecked(resource: object): void {
  checkedResources.add(resource);
}

const resource: Check = (value, depth) =>
  checkedResources.has(value as object) ? undefined : message(value, depth, RESOURCE);

const RESOURCE_SPANS: Fields = [
  ['resource', resource],
  ['scopeSpans', listOf(messageOf(SCOPE_SPANS))],
  ['schemaUrl', text],
];

const seq = holds((value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32);
/** Thresholds of OpenTelemetry have 56 bits. A number without a bound would make sums of it infinite, which JSON cannot say. */
const weight = holds((value) => typeof value === 'number' && value >= 0 && value <= 2 ** 56);

const LINE: Fields = [
  ['resourceSpans', listOf(messageOf(RESOURCE_SPANS))],
  ['root_service', orNull(text)],
  ['root_name', orNull(text)],
  ['sampling_policy', orNull(text)],
  ['sample_weight', orNull(weight)],
  ['decided_at', orNull(textLike(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/))],
  ['seq', orNull(seq)],
];
