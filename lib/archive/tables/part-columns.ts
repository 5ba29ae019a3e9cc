import { type Column, column } from './column.ts';
import { spansColumns, tracesColumns } from './columns.ts';

const RECORD_COLUMN = column(
  'record',
  'text',
  "What the row is: 'span', or 'trace' for the row of a trace in the view traces.",
);

/**
 * The largest ones, in the order in which they lie at the end of a row group. Readers fetch what is less than about a megabyte
 * apart in one piece: so what most questions need lies together, and they fetch none of these.
 */
const LARGE: readonly string[] = [
  'db_query',
  'status_message',
  'exception_message',
  'trace_state',
  'links',
  'linked_trace_ids',
  'events',
  'resource_attributes',
  'attributes',
  'trace_id',
  'span_id',
  'parent_span_id',
];

/**
 * The table `spans_parquet` without its partitions: the rows of both views, told apart by `record`. Columns that both
 * views have are stored once; those of the other kind of row are NULL.
 */
export const PART_COLUMNS: readonly Column[] = largeLast([
  RECORD_COLUMN,
  ...new Map(
    [...tracesColumns(false), ...spansColumns(false)]
      .filter(({ name }) => name !== 'dt' && name !== 'hour')
      .map((one) => [one.name, one]),
  ).values(),
]);

function largeLast(columns: readonly Column[]): readonly Column[] {
  const place = ({ name }: Column) => LARGE.indexOf(name);
  return [...columns].sort((a, b) => place(a) - place(b));
}
