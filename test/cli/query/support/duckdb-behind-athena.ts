import { type DuckDBConnection, DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api';
import { openArchiveDatabase } from '../../../../lib/cli/query/duckdb/database.ts';
import { toDuckDb } from '../../../../lib/cli/query/duckdb/trino-dialect.ts';
import { toCellText } from '../../../../lib/cli/query/duckdb/values.ts';
import type { AthenaAnswer } from '../../../support/athena-service.ts';

const TYPES: ReadonlyMap<DuckDBTypeId, string> = new Map([
  [DuckDBTypeId.BOOLEAN, 'boolean'],
  [DuckDBTypeId.INTEGER, 'integer'],
  [DuckDBTypeId.BIGINT, 'bigint'],
  [DuckDBTypeId.HUGEINT, 'bigint'],
  [DuckDBTypeId.DOUBLE, 'double'],
  [DuckDBTypeId.TIMESTAMP, 'timestamp'],
  [DuckDBTypeId.TIMESTAMP_MS, 'timestamp'],
  [DuckDBTypeId.LIST, 'array'],
  [DuckDBTypeId.MAP, 'map'],
]);

/** Answers statements of the library over a local archive, in the form of Athena. */
export async function answerFrom(dataDir: string, sql: string): Promise<AthenaAnswer> {
  const database = await openArchiveDatabase(dataDir);
  try {
    return await run(database.connection, toDuckDb(sql));
  } catch (error) {
    return { states: ['FAILED'], reason: error instanceof Error ? error.message : String(error) };
  } finally {
    database.close();
  }
}

async function run(connection: DuckDBConnection, sql: string): Promise<AthenaAnswer> {
  const result = await connection.run(sql);
  const rows = await result.getRows();
  const names = result.columnNames();
  return {
    states: ['QUEUED', 'RUNNING', 'SUCCEEDED'],
    columns: names.map((name, index) => ({ name, type: TYPES.get(result.columnTypeId(index)) ?? 'varchar' })),
    rows: [names, ...rows.map((row) => row.map(athenaText))],
  };
}

function athenaText(value: DuckDBValue): string | null {
  return value === null ? null : toCellText(value);
}
