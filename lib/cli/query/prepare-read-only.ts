import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import { QueryError } from './query-error.ts';

/** What may stand between EXPLAIN and the statement that it explains. */
const EXPLAIN = /^\s*explain(\s+analyze\b)?(\s*\([^)]*\))?/i;

/** Everything that is no statement. */
const COMMENTS_AND_SPACE = /--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]/g;

/**
 * Prepares the one statement of `sql`, if it only reads. The database may read the archive folder, and whatever it may
 * read it could also write (COPY … TO), so the kind of statement is looked at.
 * @throws {QueryError} when there is not exactly one statement, or it is not a query.
 */
export async function prepareReadOnly(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.replaceAll(COMMENTS_AND_SPACE, '') === '') {
    throw new QueryError('expected one SQL statement, got none');
  }
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new QueryError(`expected one SQL statement, got ${statements.count}`);
  }
  const statement = await statements.prepare(0);
  if (statement.statementType === StatementType.EXPLAIN) {
    // EXPLAIN ANALYZE runs what it explains.
    const explained = sql.replace(EXPLAIN, '');
    if (explained !== sql) {
      await prepareReadOnly(connection, explained);
      return statement;
    }
  } else if (statement.statementType === StatementType.SELECT) {
    return statement;
  }
  throw new QueryError('this tool only reads: expected SELECT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN');
}
