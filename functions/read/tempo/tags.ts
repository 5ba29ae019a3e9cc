import type { Condition, Field } from '../../../lib/read/condition.ts';
import { typedValue } from '../../../lib/read/counts/tag-values.ts';
import type { KeyValueJson } from '../../../lib/read/otlp-json.ts';
import type { ReadTrace, TraceSpan } from '../../../lib/read/read-trace.ts';
import type { ReadWindow, TagValue } from '../../../lib/read/results.ts';
import { KINDS, STATUSES } from '../../../lib/read/summary/object-summary.ts';
import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import { fieldOf, INTRINSICS } from '../../../lib/read/traceql/field.ts';
import { tokensOf } from '../../../lib/read/traceql/tokens.ts';
import { HttpError } from '../http.ts';
import { textParameter } from '../parameters.ts';
import { WINDOW, wholeNumber } from './parameters.ts';
import { tagField } from './tags-condition.ts';

/** `maxStaleValues` bounds work in Tempo, and nothing here. */
export const TAG_PARAMETERS = ['scope', 'q', 'limit', 'maxStaleValues', ...WINDOW];

export interface AskedTags {
  readonly query: URLSearchParams;
  readonly window: ReadWindow;
  /** What spans fulfil whose tags are asked for. Undefined: all of them. */
  readonly condition: Condition | undefined;
}

const SCOPES = ['resource', 'span', 'intrinsic', 'event', 'link', 'instrumentation', 'none', 'all'];
const NO_METRICS = { metrics: {} };

/** `SearchTagsV2Response`: the keys by scope. Those of events, links and scopes are not listed. */
export async function tagScopes(asked: AskedTags, reader: TraceReader) {
  return { scopes: await scopesOf(asked, reader), ...NO_METRICS };
}

/** `SearchTagsResponse`: intrinsics only when they are asked for. */
export async function tagNames(asked: AskedTags, reader: TraceReader) {
  const scopes = await scopesOf(asked, reader);
  const only = textParameter(asked.query, 'scope');
  const listed = scopes.filter(({ name }) => name !== 'intrinsic' || only === 'intrinsic');
  return { tagNames: [...new Set(listed.flatMap(({ tags }) => tags))], ...NO_METRICS };
}

async function scopesOf({ query, window, condition }: AskedTags, reader: TraceReader) {
  const scope = textParameter(query, 'scope') ?? 'all';
  if (!SCOPES.includes(scope)) throw new HttpError(400, `invalid scope: ${scope}. There are ${SCOPES.join(', ')}`);
  const isAll = scope === 'all' || scope === 'none';
  const limit = wholeNumber(query, 'limit') || Number.POSITIVE_INFINITY;
  const { span, resource } =
    scope === 'intrinsic' ? { span: [], resource: [] } : await keysIn(window, condition, reader);
  return Object.entries({ resource, span, intrinsic: [...INTRINSICS.keys()] })
    .filter(([name, tags]) => tags.length > 0 && (isAll || name === scope))
    .map(([name, tags]) => ({ name, tags: tags.slice(0, limit) }));
}

async function keysIn(window: ReadWindow, condition: Condition | undefined, reader: TraceReader) {
  if (condition === undefined) return (await reader.tags(window)).tags;
  const [span, resource] = [new Set<string>(), new Set<string>()];
  await forEachMatch(window, condition, reader, (match) => {
    for (const { key } of match.span.attributes ?? []) span.add(key);
    for (const { key } of match.resource.attributes ?? []) resource.add(key);
  });
  return { span: [...span].sort(), resource: [...resource].sort() };
}

/** `SearchTagValuesV2Response`, of an identifier of TraceQL: `resource.service.name`, `name`, `.http.route`. */
export async function typedTagValues(name: string, asked: AskedTags, reader: TraceReader) {
  const [token, end] = tokensOf(name);
  if (token === undefined || token.kind === 'end' || end?.kind !== 'end') {
    throw new HttpError(
      400,
      `expected an identifier of TraceQL such as resource.service.name, got ${JSON.stringify(name)}`,
    );
  }
  const { field, type } = fieldOf(token);
  if (type === 'status' || type === 'kind') {
    const names = type === 'status' ? STATUSES : KINDS;
    return { tagValues: names.map((value) => ({ type: 'keyword', value: value.toLowerCase() })), ...NO_METRICS };
  }
  const values = type === 'duration' ? [] : await valuesOf(field, asked, reader);
  return { tagValues: values, ...NO_METRICS };
}

/** `SearchTagValuesResponse`, of a key without a scope. */
export async function tagValues(name: string, asked: AskedTags, reader: TraceReader) {
  if (name === 'status.code') return { tagValues: STATUSES.map((one) => one.toLowerCase()), ...NO_METRICS };
  const values = await valuesOf(tagField(name), asked, reader);
  return { tagValues: [...new Set(values.map(({ value }) => value))], ...NO_METRICS };
}

async function valuesOf(field: Field, { query, window, condition }: AskedTags, reader: TraceReader) {
  const limit = wholeNumber(query, 'limit') || Number.POSITIVE_INFINITY;
  if (condition === undefined) return (await reader.tagValues(field, window)).values.slice(0, limit);
  const values = new Map<string, TagValue>();
  await forEachMatch(window, condition, reader, (span, trace) => {
    const value = valueIn(field, span, trace);
    if (value !== undefined && value.value !== '') values.set(`${value.type}:${value.value}`, value);
  });
  return [...values.values()].sort((a, b) => (a.value < b.value ? -1 : 1)).slice(0, limit);
}

function valueIn(field: Field, { span, resource, service }: TraceSpan, trace: ReadTrace): TagValue | undefined {
  const text = (value: string | null | undefined): TagValue => ({ type: 'string', value: value ?? '' });
  if (field.of === 'attribute') {
    const ofSpan = field.scope === 'resource' ? undefined : attributeIn(span.attributes, field.key);
    const found = ofSpan ?? (field.scope === 'span' ? undefined : attributeIn(resource.attributes, field.key));
    return found?.value && typedValue(found.value);
  }
  switch (field.name) {
    case 'service':
      return text(service);
    case 'name':
      return text(span.name);
    case 'statusMessage':
      return text(span.status?.message);
    case 'rootName':
      return text(trace.rootName);
    case 'rootService':
      return text(trace.rootService);
    default:
      return undefined;
  }
}

function attributeIn(attributes: readonly KeyValueJson[] | undefined, key: string): KeyValueJson | undefined {
  return attributes?.find((one) => one.key === key);
}

/** As many as suggestions need. */
const MAX_TRACES = 100;
const MAX_SPANS = 1000;

/** Calls back for the spans that fulfil the condition, of the newest traces that have any. */
async function forEachMatch(
  window: ReadWindow,
  condition: Condition,
  reader: TraceReader,
  visit: (span: TraceSpan, trace: ReadTrace) => void,
): Promise<void> {
  const { traces } = await reader.find({ window, condition, limit: MAX_TRACES, spansPerTrace: MAX_SPANS });
  const read = await Promise.all(traces.map((found) => reader.readFound(found)));
  for (const [at, trace] of read.entries()) {
    const ids = new Set(traces[at]?.matched.map(({ spanId }) => spanId));
    for (const span of trace?.spans ?? []) if (trace !== undefined && ids.has(span.span.spanId)) visit(span, trace);
  }
}
