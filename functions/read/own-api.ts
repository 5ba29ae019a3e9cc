import type { TraceReader } from '../../lib/read/trace-reader.ts';
import type { HttpResponse } from '../ingest/http.ts';
import { fieldOf, filterParameters } from './filters.ts';
import { HttpError, jsonResponse, type ReadApi, type ReadRequest } from './http.ts';
import { choiceParameter, numberParameter, textParameter, traceIdOf, windowParameters } from './parameters.ts';
import { traceJson } from './trace-json.ts';

/**
 * The API of the page and of the command line, below `/api`. `from` and `to` are times as a person writes them, or milliseconds;
 * answers say with `isComplete` whether all hours were read.
 *
 * | path | parameters |
 * |---|---|
 * | `/traces` | `service`, `operation`, `kind`, `spanStatus`, `rootService`, `rootOperation`, `status`, `policy` (repeated: one of them), `minDurationMs`, `maxDurationMs`, `minSpanDurationMs`, `maxSpanDurationMs`, `attribute` (repeated: all of them), `order` (newest, slowest), `limit` |
 * | `/traces/<id>` | |
 * | `/services`, `/operations` | `service` |
 * | `/tags`, `/tags/<key>/values` | `scope` (span, resource) |
 * | `/dependencies`, `/policies` | |
 * | `/pipeline` | what the pipeline of this process has done; 404 where there is none |
 * | `/red` | `step` (seconds), `service`, `operation`, `by` (service, operation) |
 */
export const ownApi: ReadApi = {
  handle,
  errorBody: (_status, error) => ({ error }),
};

const MAX_LIMIT = 5000;
const DEFAULT_STEP_SECONDS = 60;

async function handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { segments, query, nowMs } = request;
  const [resource, id, part] = segments;
  const window = windowParameters(query, nowMs);
  const service = textParameter(query, 'service');
  if (segments.length === 1) {
    switch (resource) {
      case 'traces':
        return jsonResponse(await search(query, reader, nowMs));
      case 'services':
        return jsonResponse(await reader.services(window));
      case 'operations':
        return jsonResponse(await reader.operations(service, window));
      case 'tags':
        return jsonResponse(await reader.tags(window));
      case 'dependencies':
        return jsonResponse(await reader.dependencies(window));
      case 'policies':
        return jsonResponse(await reader.policies(window));
      case 'pipeline':
        if (request.pipeline === undefined) throw new HttpError(404, 'this server runs no pipeline');
        return jsonResponse(request.pipeline());
      case 'red': {
        const stepMs = (numberParameter(query, 'step', 1, 86_400) ?? DEFAULT_STEP_SECONDS) * 1000;
        const by = choiceParameter(query, 'by', ['service', 'operation']) ?? 'service';
        return jsonResponse(
          await reader.red({ window, stepMs, service, operation: textParameter(query, 'operation'), by }),
        );
      }
      default:
    }
  }
  if (resource === 'traces' && id !== undefined && segments.length === 2) return oneTrace(id, request, reader);
  if (resource === 'tags' && id !== undefined && part === 'values' && segments.length === 3) {
    return jsonResponse(await reader.tagValues(fieldOf(id, query), window));
  }
  throw new HttpError(404, `/${segments.join('/')} does not exist`);
}

function search(query: URLSearchParams, reader: TraceReader, nowMs: number) {
  const condition = filterParameters(query);
  const limit = numberParameter(query, 'limit', 1, MAX_LIMIT);
  const order = choiceParameter(query, 'order', ['newest', 'slowest']);
  return reader.find({
    window: windowParameters(query, nowMs),
    ...(condition && { condition }),
    ...(limit !== undefined && { limit: Math.floor(limit) }),
    ...(order && { order }),
  });
}

async function oneTrace(id: string, { query, nowMs }: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const traceId = traceIdOf(id);
  const { trace, ...coverage } = await reader.get(traceId, windowParameters(query, nowMs));
  if (trace !== undefined) return jsonResponse({ trace: traceJson(trace), ...coverage });
  throw new HttpError(404, notFound(traceId, coverage.isComplete));
}

/** The trace is not where it was looked for; it may be elsewhere. */
export function notFound(traceId: string, isComplete: boolean): string {
  const where = isComplete ? 'in the hours asked for' : 'in the hours that could be read in time';
  return `trace ${traceId} has no decision record, and is not ${where}: it was not kept, is not decided yet, or is elsewhere (from, to)`;
}
