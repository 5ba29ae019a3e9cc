import type { Condition } from '../../../lib/read/condition.ts';
import type { FoundTrace, MatchedSpan, ReadWindow } from '../../../lib/read/results.ts';
import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import { parseTraceql } from '../../../lib/read/traceql/parse-traceql.ts';
import { parseGoDuration } from '../../../lib/sampling/config/read-duration.ts';
import { HttpError } from '../http.ts';
import { limitOf, textParameter } from '../parameters.ts';
import { WINDOW, wholeNumber } from './parameters.ts';
import { tagsCondition } from './tags-condition.ts';

export const SEARCH_PARAMETERS = ['q', 'tags', 'minDuration', 'maxDuration', 'limit', 'spss', ...WINDOW];

const DEFAULT_LIMIT = 20;
const DEFAULT_SPANS = 3;
const MAX_SPANS = 1000;

/** What Tempo says of a trace without a root. */
const NO_ROOT = '<root span not yet received>';

/**
 * The newest traces that TraceQL (`q`), or the older `tags`, ask for (tempo.proto, `SearchResponse`).
 *
 * Hours that were not read in time are jobs that are not completed.
 */
export async function search(query: URLSearchParams, window: ReadWindow, reader: TraceReader) {
  const { condition, matchedCount } = askedIn(query);
  const { traces, missingHours } = await reader.find({
    window,
    limit: limitOf(textParameter(query, 'limit'), DEFAULT_LIMIT),
    spansPerTrace: Math.min(wholeNumber(query, 'spss') ?? DEFAULT_SPANS, MAX_SPANS),
    ...(condition && { condition }),
    ...(matchedCount && { matchedCount }),
  });
  return { traces: traces.map(traceJson), metrics: { completedJobs: 1, totalJobs: 1 + missingHours.length } };
}

function askedIn(query: URLSearchParams) {
  const [q, tags] = [textParameter(query, 'q'), textParameter(query, 'tags')];
  if (q !== undefined && tags !== undefined) {
    throw new HttpError(400, "invalid request: can't specify tags and q in the same query");
  }
  const { condition, matchedCount } = q === undefined ? { condition: tagsCondition(tags ?? '') } : parseTraceql(q);
  const all: Condition[] = [...durations(query), ...(condition === undefined ? [] : [condition])];
  return { condition: all.length === 0 ? undefined : { all }, matchedCount };
}

/** Of the trace. */
function durations(query: URLSearchParams): Condition[] {
  return (
    [
      ['minDuration', '>='],
      ['maxDuration', '<='],
    ] as const
  ).flatMap(([name, operator]) => {
    const text = textParameter(query, name);
    if (text === undefined) return [];
    const value = parseGoDuration(text);
    if (value === undefined) {
      throw new HttpError(400, `invalid ${name}: expected a duration such as 1.5s or 250ms, got ${text}`);
    }
    return [{ field: { of: 'trace', name: 'durationMs' } as const, operator, value }];
  });
}

/** Fields with their default value are left out, as in Tempo. */
function traceJson(trace: FoundTrace) {
  const { startTimeUnixNano, durationMs, services } = trace;
  const spanSet = { spans: trace.matched.map(spanJson), matched: trace.matchedCount };
  return {
    traceID: trace.traceId,
    rootServiceName: trace.rootService ?? NO_ROOT,
    ...(trace.rootName !== null && { rootTraceName: trace.rootName }),
    startTimeUnixNano,
    ...(durationMs !== null && durationMs >= 1 && { durationMs: Math.floor(durationMs) }),
    // Grafana before version 10 reads the first.
    spanSet,
    spanSets: [spanSet],
    serviceStats: Object.fromEntries(
      services.map(({ name, spanCount, errorCount }) => [name, { spanCount, ...(errorCount > 0 && { errorCount }) }]),
    ),
  };
}

function spanJson({ spanId, name, service, startTimeUnixNano, durationNanos }: MatchedSpan) {
  return {
    spanID: spanId,
    ...(name !== '' && { name }),
    startTimeUnixNano,
    durationNanos: String(Math.max(0, durationNanos ?? 0)),
    ...(service !== null && { attributes: [{ key: 'service.name', value: { stringValue: service } }] }),
  };
}
