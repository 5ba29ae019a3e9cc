import { names } from './column.ts';
import { tracesColumns } from './columns.ts';
import { IS_COMPACTED, IS_SHOWN_FROM_JSON } from './compacted-hours.ts';
import { textSql } from './field-sql.ts';

/**
 * The SQL of the view `traces` in Trino's dialect. It leaves out the further lines of a trace, and the rows that the
 * OpenX SerDe makes of lines that are not JSON.
 *
 * @param compaction whether some hours are read from Parquet
 */
export function tracesViewSql(tenants: boolean, compaction: boolean): string {
  const columns = names(tracesColumns(tenants));
  const ofLines = tracesColumns(tenants).map(({ name }) =>
    MAY_BE_EMPTY.includes(name) ? `${textSql(name)} AS ${name}` : name,
  );
  const isFirstLine = 'seq = 0 AND trace_id IS NOT NULL';
  if (!compaction) return `SELECT ${ofLines.join(', ')}\nFROM traces_otlp\nWHERE ${isFirstLine}`;
  return `SELECT ${ofLines.join(', ')}
FROM traces_otlp CROSS JOIN compacted_hours
WHERE ${isFirstLine} AND ${IS_SHOWN_FROM_JSON}
UNION ALL
SELECT ${columns}
FROM spans_parquet CROSS JOIN compacted_hours
WHERE record = 'trace' AND ${IS_COMPACTED}`;
}

/** In lines of earlier versions, where the root span has no such thing. */
const MAY_BE_EMPTY: readonly string[] = ['root_service', 'root_name'];
