import {
  DuckDBArrayValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { escapeForTerminal } from '../../../terminal/show.ts';
import type { PlainValue, QueryResult } from '../query-result.ts';

/** A value as the text of one table cell: on one line, and without anything that a terminal would obey. */
export function toCellText(value: DuckDBValue): string {
  if (value === null) {
    return 'NULL';
  }
  const timestamp = timestampText(value);
  if (timestamp !== undefined) {
    return timestamp;
  }
  const plain = toPlainValue(value);
  return escapeForTerminal(typeof plain === 'string' ? plain : JSON.stringify(plain));
}

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

/**
 * A value of a result as JSON can carry it: integers beyond 2^53, NaN and infinities as text, timestamps as ISO 8601 in
 * UTC, maps and structs as objects, lists as arrays. Other types as DuckDB writes them.
 */
function toPlainValue(value: DuckDBValue): PlainValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : String(value);
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof DuckDBDecimalValue) {
    return value.toDouble();
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(toPlainValue);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, field]) => [name, toPlainValue(field)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: entry }) => [textOf(key), toPlainValue(entry)]));
  }
  const timestamp = timestampText(value);
  return timestamp === undefined ? String(value) : timestamp.replace(/^(\S+) (\S+)$/, '$1T$2Z');
}

/** `2026-09-15 07:12:33.123`, or undefined when the value is not a timestamp. */
function timestampText(value: DuckDBValue): string | undefined {
  if (value instanceof DuckDBTimestampTZValue) {
    // Its own text is in the time zone of the machine.
    return new DuckDBTimestampValue(value.micros).toString();
  }
  const isTimestamp =
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampNanosecondsValue ||
    value instanceof DuckDBTimestampSecondsValue;
  return isTimestamp ? value.toString() : undefined;
}

function textOf(value: DuckDBValue): string {
  const plain = toPlainValue(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
