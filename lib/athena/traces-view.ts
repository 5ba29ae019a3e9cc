import { names } from './column.ts';
import { tracesColumns } from './columns.ts';

/**
 * The SQL of the view `traces` in Trino's dialect. It leaves out the further lines of a trace, and the rows that the
 * OpenX SerDe makes of lines that are not JSON.
 */
export function tracesViewSql(tenants: boolean): string {
  return `SELECT ${names(tracesColumns(tenants))}\nFROM traces_otlp\nWHERE seq = 0 AND trace_id IS NOT NULL`;
}
