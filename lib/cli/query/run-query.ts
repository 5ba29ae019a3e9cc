import { renderQuery } from '../../athena/render-query.ts';
import type { ArchiveDatabase } from './archive-database.ts';
import { openArchiveDatabase } from './archive-database.ts';
import type { Output } from './output.ts';
import { prepareReadOnly } from './prepare-read-only.ts';
import { printJsonLines, printTable, printTabSeparated } from './print-result.ts';
import type { QueryArguments } from './query-arguments.ts';
import { parseQueryArguments, QUERY_USAGE } from './query-arguments.ts';
import { QueryError } from './query-error.ts';
import { findQuery, libraryReference } from './query-library.ts';
import { toDuckDb } from './trino-dialect.ts';
import { viewReference } from './view-reference.ts';

export interface QueryIo {
  readonly output: Output;
  /** Hints and errors, which are no part of the result. */
  readonly complain: (line: string) => void;
}

/** The command `query`. Resolves to the exit code: 0, or 1 after one clear message. */
export async function runQuery(argv: readonly string[], io: QueryIo): Promise<number> {
  try {
    await answer(parseQueryArguments(argv), io);
    return 0;
  } catch (error) {
    io.complain(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function answer(args: QueryArguments, io: QueryIo): Promise<void> {
  if (args.help) {
    await io.output.write(QUERY_USAGE);
    return;
  }
  if (args.list) {
    await io.output.write(libraryReference(io.output.bold));
    return;
  }
  const sql = args.name === undefined ? args.sql : namedStatement(args.name, args.values);
  if (sql === undefined) {
    await io.output.write(viewReference(io.output.terminalWidth, io.output.bold));
    return;
  }
  const database = await openArchiveDatabase(args.dataDir);
  try {
    await printAnswer(database, sql, args.json, io.output);
    if (!(await database.hasTraces())) {
      io.complain(`hint: no kept traces under ${args.dataDir} yet`);
    }
  } finally {
    database.close();
  }
}

function namedStatement(name: string, values: Readonly<Record<string, string>>): string {
  return toDuckDb(renderQuery(findQuery(name), values, { nowMs: Date.now() }));
}

async function printAnswer(database: ArchiveDatabase, sql: string, json: boolean, output: Output): Promise<void> {
  const startedAt = performance.now();
  const statement = await prepareReadOnly(database.connection, sql);
  if (statement.parameterCount > 0) {
    throw new QueryError('the statement has parameters; write their values into it');
  }
  const result = await statement.stream();
  if (json) {
    await printJsonLines(result, output);
  } else if (output.terminalWidth === undefined) {
    await printTabSeparated(result, output);
  } else {
    await printTable(result, output, output.terminalWidth, () => performance.now() - startedAt);
  }
}
