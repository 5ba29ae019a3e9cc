import type { FoundTrace, Operation, ReadWindow } from '../../../lib/read/results.ts';
import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import type { HttpResponse } from '../../ingest/http.ts';
import { HttpError, jsonResponse, type ReadApi, type ReadRequest, traceNotFound } from '../http.ts';
import { limitOf, recentWindow, textParameter, traceIdOf, windowOf } from '../parameters.ts';
import { jaegerCondition } from './search-parameters.ts';

/**
 * Jaeger's API v3 over HTTP, as far as Jaeger UI and clients read with it (jaeger-idl, `proto/api_v3/query_service.proto`; the
 * parameters are those of jaeger's `apiv3/query_parser.go`, in both spellings).
 */
export const jaegerV3Api: ReadApi = {
  handle,
  errorBody: (httpCode, message) => ({ error: { httpCode, message } }),
};

async function handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { segments, query, nowMs } = request;
  const [resource, id] = segments;
  if (resource === 'traces' && id !== undefined && segments.length === 2) return oneTrace(id, request, reader);
  if (segments.length !== 1) throw unknownPath(segments);
  switch (resource) {
    case 'services': {
      const { services } = await reader.services(recentWindow(nowMs));
      return jsonResponse({ services });
    }
    case 'operations': {
      const { operations } = await reader.operations(textParameter(query, 'service'), recentWindow(nowMs));
      return jsonResponse({ operations: withSpanKinds(operations, parameter(query, 'spanKind')) });
    }
    case 'trace-summaries': {
      const { traces } = await search(request, reader);
      return jsonResponse({ summaries: traces.map(summaryJson) });
    }
    case 'traces': {
      const { traces } = await search(request, reader);
      const read = await Promise.all(traces.map((found) => reader.readFound(found)));
      const resourceSpans = read.flatMap((trace) => trace?.resourceSpans ?? []);
      if (resourceSpans.length === 0) throw new HttpError(404, 'No traces found');
      return jsonResponse({ result: { resourceSpans } });
    }
    case 'dependencies': {
      const window = windowOf(timeOf(query, 'startTime'), timeOf(query, 'endTime'));
      const { dependencies } = await reader.dependencies(window);
      return jsonResponse({
        dependencies: dependencies.map(({ parent, child, estimatedCalls }) => ({
          parent,
          child,
          callCount: String(Math.round(estimatedCalls)),
        })),
      });
    }
    default:
      throw unknownPath(segments);
  }
}

function unknownPath(segments: readonly string[]): HttpError {
  return new HttpError(404, `/api/v3/${segments.join('/')} does not exist here`);
}

/** Jaeger's names of kinds; it calls INTERNAL what has none. */
export function withSpanKinds(operations: readonly Operation[], only: string | undefined) {
  const all = operations.map(({ name, kind }) => ({
    name,
    spanKind: kind === 'UNSPECIFIED' ? 'internal' : kind.toLowerCase(),
  }));
  const different = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...different.values()].filter(({ spanKind }) => only === undefined || spanKind === only);
}

function search({ query }: ReadRequest, reader: TraceReader) {
  if (query.has('query.filter')) {
    throw new HttpError(
      400,
      'query.filter is not supported: use query.serviceName, query.operationName and query.attributes',
    );
  }
  const condition = jaegerCondition({
    service: parameter(query, 'query.serviceName'),
    operation: parameter(query, 'query.operationName'),
    minDuration: parameter(query, 'query.durationMin'),
    maxDuration: parameter(query, 'query.durationMax'),
    attributes: parameter(query, 'query.attributes'),
  });
  const window = windowOf(timeOf(query, 'query.startTimeMin'), timeOf(query, 'query.startTimeMax'));
  const depth = parameter(query, 'query.searchDepth') ?? parameter(query, 'query.num_traces');
  return reader.find({ window, limit: limitOf(depth, 100), ...(condition && { condition }) });
}

/** A parameter, or its older name: `query.service_name` for `query.serviceName`. */
function parameter(query: URLSearchParams, name: string): string | undefined {
  const snakeCase = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return textParameter(query, name) ?? textParameter(query, snakeCase);
}

/** A time of RFC 3339, in milliseconds. */
function timeOf(query: URLSearchParams, name: string): number {
  const text = parameter(query, name);
  const ms = text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new HttpError(400, `${name} must be a time of RFC 3339 such as 2026-11-21T07:12:33Z, got ${text ?? 'none'}`);
  }
  return ms;
}

function summaryJson(trace: FoundTrace) {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = trace;
  return {
    traceId: trace.traceId,
    rootServiceName: trace.rootService ?? '',
    rootOperationName: trace.rootName ?? '',
    minStartTimeUnixNano: start,
    // Without one, Jaeger would show a trace that ends in 1970.
    maxEndTimeUnixNano: end === 0n ? start : end,
    spanCount: trace.spanCount,
    errorSpanCount: trace.errorCount,
    orphanSpanCount: trace.orphanCount,
    services: trace.services.map(({ name, spanCount, errorCount }) => ({
      name,
      spanCount,
      errorSpanCount: errorCount,
    })),
  };
}

async function oneTrace(id: string, { query, nowMs }: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const traceId = traceIdOf(id);
  const window = parameter(query, 'startTime') === undefined ? recentWindow(nowMs) : traceWindow(query, nowMs);
  const { trace, isComplete } = await reader.get(traceId, window);
  if (trace === undefined) throw traceNotFound(traceId, isComplete);
  return jsonResponse({ result: { resourceSpans: trace.resourceSpans } });
}

function traceWindow(query: URLSearchParams, nowMs: number): ReadWindow {
  const toMs = parameter(query, 'endTime') === undefined ? nowMs : timeOf(query, 'endTime');
  return windowOf(timeOf(query, 'startTime'), toMs);
}
