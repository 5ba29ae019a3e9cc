import { parseTraceId } from '../../archive/tables/query-value.ts';
import type { PrintOptions } from './print-result.ts';
import type { QueryArguments } from './query-arguments.ts';
import { waterfallOfRows } from './waterfall-of-rows.ts';

/** How the answer of a statement, or of a query of the library, is written. */
export function printOptions(
  { json, name, values }: Pick<QueryArguments, 'json' | 'name' | 'values'>,
  elapsedMs: () => number,
): PrintOptions {
  const traceId = parseTraceId(values['trace_id'] ?? '') ?? '';
  const drawing: PrintOptions['drawing'] = name === 'waterfall' ? (rows) => waterfallOfRows(traceId, rows) : undefined;
  return { json, elapsedMs, isOfLibrary: name !== undefined, drawing };
}
