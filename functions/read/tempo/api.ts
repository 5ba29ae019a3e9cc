import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import { parseTraceql } from '../../../lib/read/traceql/parse-traceql.ts';
import type { HttpResponse } from '../../ingest/http.ts';
import { HttpError, jsonResponse, type ReadApi, type ReadRequest, textResponse, traceNotFound } from '../http.ts';
import { checkParameters, recentWindow, traceIdOf } from '../parameters.ts';
import { lastHour, secondsWindow, WINDOW } from './parameters.ts';
import { SEARCH_PARAMETERS, search } from './search.ts';
import { TAG_PARAMETERS, tagNames, tagScopes, tagValues, typedTagValues } from './tags.ts';
import { traceJsonV1, traceJsonV2, traceProtobufV1, traceProtobufV2 } from './trace-formats.ts';

/**
 * Tempo's HTTP API, as far as Grafana's data source and Perses read with it. Errors are plain text, as Tempo's are.
 * https://grafana.com/docs/tempo/latest/api_docs/
 */
export const tempoApi: ReadApi = {
  handle,
  errorBody: (_status, message) => message,
};

/**
 * Grafana asks for the version to know what a server can do, and streams searches over gRPC from Tempo 2.2 on, which this API does
 * not have.
 */
const BUILD_INFO = { version: '2.1.0', revision: 'tailgate', branch: '', buildUser: '', buildDate: '', goVersion: '' };

async function handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { segments } = request;
  const [first, ...rest] = segments;
  const isV2 = first === 'v2';
  const [resource = '', ...names] = isV2 ? rest : segments;
  if (resource === 'traces' && names.length === 1) return oneTrace(names[0] ?? '', isV2, request, reader);
  if (resource === 'search') return searchOrTags(names, isV2, request, reader);
  switch (isV2 ? undefined : segments.join('/')) {
    case 'echo':
      return textResponse('echo');
    case 'status/buildinfo':
      return jsonResponse(BUILD_INFO);
    case 'metrics/query':
    case 'metrics/query_range':
      throw new HttpError(400, 'TraceQL metrics, such as | rate(), are not supported');
    default:
      throw unknownPath(segments);
  }
}

function unknownPath(segments: readonly string[]): HttpError {
  return new HttpError(404, `/tempo/api/${segments.join('/')} does not exist here`);
}

/** The key of a tag may have a slash in it. */
async function searchOrTags(names: readonly string[], isV2: boolean, request: ReadRequest, reader: TraceReader) {
  const { query, nowMs, segments } = request;
  const [what, ...tag] = names;
  if (what === undefined && !isV2) {
    checkParameters(query, SEARCH_PARAMETERS);
    return jsonResponse(await search(query, secondsWindow(query, nowMs) ?? lastHour(nowMs), reader));
  }
  const isValues = what === 'tag' && tag.length > 1 && tag.at(-1) === 'values';
  if (!isValues && !(what === 'tags' && tag.length === 0)) throw unknownPath(segments);
  checkParameters(query, TAG_PARAMETERS);
  const asked = { query, window: secondsWindow(query, nowMs) ?? lastHour(nowMs), condition: conditionIn(query) };
  if (!isValues) return jsonResponse(await (isV2 ? tagScopes : tagNames)(asked, reader));
  return jsonResponse(await (isV2 ? typedTagValues : tagValues)(tag.slice(0, -1).join('/'), asked, reader));
}

/** Of suggestions: what cannot be read yet, because it is being written, limits nothing. Tempo does the same. */
function conditionIn(query: URLSearchParams) {
  try {
    return parseTraceql(query.get('q') || '{}').condition;
  } catch {
    return undefined;
  }
}

async function oneTrace(id: string, isV2: boolean, request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { query, nowMs, headers } = request;
  checkParameters(query, WINDOW);
  const traceId = traceIdOf(id);
  const lookup = await reader.get(traceId, secondsWindow(query, nowMs) ?? recentWindow(nowMs));
  const { trace, isComplete } = lookup;
  if (trace === undefined) throw traceNotFound(traceId, isComplete);
  const { resourceSpans } = trace;
  if (headers['accept']?.includes('application/protobuf') !== true) {
    return jsonResponse(isV2 ? traceJsonV2(resourceSpans, isComplete) : traceJsonV1(resourceSpans));
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/protobuf', 'cache-control': 'no-store' },
    body: isV2 ? traceProtobufV2(resourceSpans, isComplete) : traceProtobufV1(resourceSpans),
  };
}
