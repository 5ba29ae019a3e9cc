import type { Comparison, Condition } from '../../../lib/read/condition.ts';
import { parseGoDuration } from '../../../lib/sampling/config/read-duration.ts';
import { HttpError } from '../http.ts';

/** What Jaeger's two APIs can ask of a span. */
export interface JaegerSearch {
  readonly service: string | undefined;
  readonly operation: string | undefined;
  /** Durations of the span as Go writes them: `1.5s`. */
  readonly minDuration: string | undefined;
  readonly maxDuration: string | undefined;
  /** Attributes of the span or its resource, as a JSON object of texts. */
  readonly attributes: string | undefined;
}

/** All of it holds for one span. @throws {HttpError} */
export function jaegerCondition(search: JaegerSearch): Condition | undefined {
  const { service, operation, attributes } = search;
  const all: Condition[] = [];
  if (service) all.push({ field: { of: 'span', name: 'service' }, operator: '=', value: service });
  if (operation) all.push({ field: { of: 'span', name: 'name' }, operator: '=', value: operation });
  for (const [text, operator] of [
    [search.minDuration, '>='],
    [search.maxDuration, '<='],
  ] as const) {
    if (text) all.push({ field: { of: 'span', name: 'durationMs' }, operator, value: durationMs(text) });
  }
  if (attributes) for (const [key, value] of attributePairs(attributes)) all.push(attributeComparison(key, value));
  return all.length === 0 ? undefined : { all };
}

function durationMs(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined)
    throw new HttpError(400, `expected a duration such as 1.5s or 250ms, got ${JSON.stringify(text)}`);
  return ms;
}

function attributePairs(text: string): [string, string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new HttpError(400, `expected attributes as a JSON object such as {"http.route":"/cart"}, got ${text}`);
  }
  return Object.entries(parsed).map(([key, value]) => [key, String(value)]);
}

/**
 * Jaeger makes tags of what OpenTelemetry has as fields of the span: people search by them.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/
 */
function attributeComparison(key: string, value: string): Condition {
  const isError: Comparison = { field: { of: 'span', name: 'status' }, operator: '=', value: 'ERROR' };
  if (key === 'error' && value === 'true') return { any: [isError, anyAttribute(key, value)] };
  if (key === 'span.kind') return { field: { of: 'span', name: 'kind' }, operator: '=', value: value.toUpperCase() };
  if (key === 'otel.status_code') return { ...isError, value };
  if (key === 'otel.status_description') {
    return { field: { of: 'span', name: 'statusMessage' }, operator: '=', value };
  }
  return anyAttribute(key, value);
}

function anyAttribute(key: string, value: string): Comparison {
  return { field: { of: 'attribute', scope: 'any', key }, operator: '=', value };
}
