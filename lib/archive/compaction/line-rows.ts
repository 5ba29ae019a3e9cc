import { parseLine, UnreadableError } from '../read-line.ts';
import {
  expected,
  filledTextAt,
  hexAt,
  integerAt,
  type JsonObject,
  NEGATIVE_ZERO,
  numberAt,
  objectsAt,
  textAt,
  timeAt,
} from './json-fields.ts';
import { type PartRow, spanRows } from './span-rows.ts';

/**
 * The rows of one line of the archive: one for each span, and one for the trace when it is the first line of the trace.
 * They have the values that the views `spans` and `traces` compute from the line.
 *
 * @throws {UnreadableError} when the line is not as the archive writes lines. Engines agree on how to read those; they differ
 * on other lines, so that no copy would be right for all of them.
 */
export function lineRows(line: Uint8Array): PartRow[] {
  const parsed = parseOwnLine(line);
  const seq = integerAt(parsed, 'seq');
  const traceId = hexAt(parsed, 'trace_id');
  const ofLine = {
    root_service: filledTextAt(parsed, 'root_service'),
    root_name: filledTextAt(parsed, 'root_name'),
    sampling_policy: textAt(parsed, 'sampling_policy'),
    sample_weight: numberAt(parsed, 'sample_weight'),
    decided_at: timeAt(parsed, 'decided_at'),
  };
  const ofTrace = { duration_ms: numberAt(parsed, 'duration_ms'), status: textAt(parsed, 'status') };
  const rows: PartRow[] = spanRows(objectsAt(parsed, 'resourceSpans'), {
    ...ofLine,
    trace_start_time: timeAt(parsed, 'start_time'),
    trace_duration_ms: ofTrace.duration_ms,
    trace_status: ofTrace.status,
    seq,
  });
  if (seq === 0 && traceId !== null) {
    rows.push({
      record: 'trace',
      trace_id: traceId,
      start_time: timeAt(parsed, 'start_time'),
      ...ofTrace,
      ...ofLine,
      services: servicesAt(parsed),
      span_count: integerAt(parsed, 'span_count'),
      error_count: integerAt(parsed, 'error_count'),
    });
  }
  return rows;
}

/** Writing it again must give the same line: that rules out keys that occur twice, and numbers that lose digits. */
function parseOwnLine(line: Uint8Array): JsonObject {
  const { text, json } = parseLine(line);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw expected('an object', 'line', json);
  if (JSON.stringify(json) !== text && stringify(json) !== text) {
    throw new UnreadableError('is not JSON in the form in which the archive writes it');
  }
  return json as JsonObject;
}

/** TypeScript does not know it yet; Node.js has it from version 21 on. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
const RAW_NEGATIVE_ZERO = rawJSON(NEGATIVE_ZERO);

/** With -0, which `JSON.stringify` writes as 0. It takes several times as long. */
function stringify(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) => (Object.is(value, -0) ? RAW_NEGATIVE_ZERO : value));
}

function servicesAt(parsed: JsonObject): readonly string[] | null {
  const { services } = parsed;
  if (services === undefined || services === null) return null;
  if (Array.isArray(services) && services.every((service) => typeof service === 'string')) return services;
  throw expected('a list of texts', 'services', services);
}
