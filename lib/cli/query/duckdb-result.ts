import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { DuckDBTypeId, StatementType } from '@duckdb/node-api';
import { toCellText } from './cell-text.ts';
import { toPlainValue } from './duckdb/values.ts';
import type { QueryResult } from './query-result.ts';

const NUMERIC = new Set<DuckDBTypeId>([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

const DOUBLES = new Set<DuckDBTypeId>([DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE]);

/** What DuckDB answers. */
export function duckDbResult(result: DuckDBResult): QueryResult<DuckDBValue> {
  return {
    columns: result.columnNames().map((name, index) => ({
      name,
      isNumeric: NUMERIC.has(result.columnTypeId(index)),
      isDouble: DOUBLES.has(result.columnTypeId(index)),
      toText: toCellText,
      toPlain: toPlainValue,
    })),
    batches: result.yieldRows(),
    isText: result.statementType === StatementType.EXPLAIN,
  };
}
