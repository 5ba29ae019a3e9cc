import type { ReadWindow } from '../../lib/read/results.ts';
import type { TraceReader } from '../../lib/read/trace-reader.ts';
import type { HttpResponse } from '../ingest/http.ts';
import { traceJson } from './answers.ts';
import { FILTERS, fieldOf, filterParameters } from './filters.ts';
import { HttpError, jsonResponse, type ReadApi, type ReadRequest, traceNotFound } from './http.ts';
import {
  checkParameters,
  choiceParameter,
  numberParameter,
  textParameter,
  traceIdOf,
  windowParameters,
} from './parameters.ts';

/**
 * The API of the page and of the command line, below `/api`. `from` and `to` are times as a person writes them, or milliseconds;
 * answers say with `isComplete` whether all hours were read.
 *
 * | path | parameters |
 * |---|---|
 * | `/traces` | `service`, `operation`, `kind`, `spanStatus`, `rootService`, `rootOperation`, `status`, `policy` (repeated: one of them), `minDurationMs`, `maxDurationMs`, `minSpanDurationMs`, `maxSpanDurationMs`, `attribute` (repeated: all of them), `order` (newest, slowest), `limit` |
 * | `/traces/<id>` | |
 * | `/traces/<id>/explanation` | where the trace is, and why; also of those that are not kept |
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

/** What each resource reads besides the window. */
const PARAMETERS: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ['traces', [...FILTERS, 'order', 'limit']],
  ['operations', ['service']],
  ['red', ['step', 'service', 'operation', 'by']],
]);

const MAX_LIMIT = 5000;
const DEFAULT_STEP_SECONDS = 60;

async function handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { segments, query, nowMs } = request;
  const [resource, id, part] = segments;
  const known = segments.length === 1 ? (PARAMETERS.get(resource) ?? []) : part === 'values' ? ['scope'] : [];
  checkParameters(query, ['from', 'to', ...known]);
  const window = windowParameters(query, nowMs);
  const service = textParameter(query, 'service');
  if (segments.length === 1) {
    switch (resource) {
      case 'traces':
        return jsonResponse(await search(query, reader, window));
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
  if (resource === 'traces' && id !== undefined && segments.length === 2) return oneTrace(id, reader, window);
  if (resource === 'traces' && id !== undefined && part === 'explanation' && segments.length === 3) {
    if (request.explain === undefined) throw new HttpError(404, 'this server reads kept traces alone');
    return jsonResponse(await request.explain(traceIdOf(id)));
  }
  if (resource === 'tags' && id !== undefined && part === 'values' && segments.length === 3) {
    return jsonResponse(await reader.tagValues(fieldOf(id, query), window));
  }
  throw new HttpError(404, `/${segments.join('/')} does not exist`);
}

function search(query: URLSearchParams, reader: TraceReader, window: ReadWindow) {
  const condition = filterParameters(query);
  const limit = numberParameter(query, 'limit', 1, MAX_LIMIT);
  const order = choiceParameter(query, 'order', ['newest', 'slowest']);
  return reader.find({
    window,
    ...(condition && { condition }),
    ...(limit !== undefined && { limit: Math.floor(limit) }),
    ...(order && { order }),
  });
}

async function oneTrace(id: string, reader: TraceReader, window: ReadWindow): Promise<HttpResponse> {
  const traceId = traceIdOf(id);
  const { trace, ...coverage } = await reader.get(traceId, window);
  if (trace !== undefined) return jsonResponse({ trace: traceJson(trace), ...coverage });
  throw traceNotFound(traceId, coverage);
}
