import { type Column, column } from './column.ts';
import { spansColumns, tracesColumns } from './columns.ts';

const RECORD_COLUMN = column(
  'record',
  'text',
  "What the row is: 'span', or 'trace' for the row of a trace in the view traces.",
);

const OF_SPANS = withoutPartitions(spansColumns(false));
const OF_TRACES = withoutPartitions(tracesColumns(false));

/**
 * The table `spans_parquet` without its partitions: the rows of both views, told apart by `record`. Columns that both
 * views have are stored once; those of the other kind of row are NULL.
 */
export const PART_COLUMNS: readonly Column[] = [
  RECORD_COLUMN,
  ...OF_SPANS,
  ...OF_TRACES.filter(({ name }) => !OF_SPANS.some((other) => other.name === name)),
];

function withoutPartitions(columns: readonly Column[]): readonly Column[] {
  return columns.filter(({ name }) => name !== 'dt' && name !== 'hour');
}
