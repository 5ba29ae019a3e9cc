import { filedHour } from '../../archive/layout.ts';
import { type QueryWindow, queryWindow, renderQuery } from '../../archive/tables/render-query.ts';
import { windowHours } from '../../archive/window.ts';
import type { Output } from '../../terminal/output.ts';
import type { ProgressLine } from '../../terminal/progress.ts';
import { explainAwsError } from '../explain-aws-error.ts';
import { explainArchiveError, refuseCutOff } from './duckdb/damaged-objects.ts';
import type { ArchiveDatabase } from './duckdb/database.ts';
import { openArchiveDatabase, prepareReadOnly, QueryError } from './duckdb/database.ts';
import { duckDbResult } from './duckdb/values.ts';
import { toDuckDb } from './duckdb/views.ts';
import { findQuery, libraryReference, viewReference } from './library.ts';
import { printOptions, printResult } from './print-result.ts';
import type { QueryArguments } from './query-arguments.ts';
import { parseQueryArguments, QUERY_USAGE } from './query-arguments.ts';
import { windowHint } from './window-hint.ts';

export interface QueryIo {
  readonly output: Output;
  /** Hints and errors, which are no part of the result. */
  readonly complain: (line: string) => void;
  /** Undefined: nobody looks. */
  readonly progress: ProgressLine | undefined;
  /** Asked for once there is something to cancel: from then on an interruption does not end the process. */
  readonly interruption: () => AbortSignal;
  /** Resolves after the time, or at once when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The command `query`. Resolves to the exit code: 0, 1 after one clear message, or 130 when it was interrupted. */
export async function runQuery(argv: readonly string[], io: QueryIo): Promise<0 | 1 | 130> {
  try {
    return await answer(parseQueryArguments(argv), io);
  } catch (error) {
    io.complain(`error: ${explainAwsError(error)}`);
    return 1;
  }
}

async function answer(args: QueryArguments, io: QueryIo): Promise<0 | 130> {
  const { output } = io;
  if (args.help) {
    await output.write(QUERY_USAGE);
  } else if (args.list) {
    await output.write(libraryReference(output.bold));
  } else if (args.sql === undefined && args.name === undefined) {
    const dialect = args.stack === undefined ? 'duckdb' : 'trino';
    await output.write(viewReference(dialect, output.terminalWidth, output.bold));
  } else if (args.stack !== undefined) {
    // Loaded for those who ask it: the AWS SDK takes longer to load than the local archive to answer.
    const { askAthena } = await import('./athena/ask.ts');
    return askAthena({ ...args, stack: args.stack }, io);
  } else {
    await askLocalArchive(args, io);
  }
  return 0;
}

async function askLocalArchive(args: QueryArguments, io: QueryIo): Promise<void> {
  const nowMs = Date.now();
  const sql = args.name === undefined ? (args.sql ?? '') : namedStatement(args.name, args.values, nowMs);
  const window = args.name === undefined ? undefined : queryWindow(args.values, nowMs);
  const database = await openArchiveDatabase(args.dataDir);
  const { uncovered } = database.files;
  try {
    refuseCutOff(window === undefined ? uncovered : readObjects(uncovered, window, nowMs), database);
    const rowCount = await printAnswer(database, sql, args, io.output).catch(async (error: unknown) => {
      throw await explainArchiveError(error, database);
    });
    let hint: string | undefined;
    if (!(await database.hasTraces())) hint = `no kept traces under ${args.dataDir} yet`;
    else if (window !== undefined) hint = await windowHint(database, window, nowMs, rowCount);
    if (hint !== undefined) io.complain(`hint: ${hint}`);
  } finally {
    database.close();
  }
}

/** The objects of the hours that a window selects. */
function readObjects(objects: readonly string[], window: QueryWindow, nowMs: number): string[] {
  const { first, last } = windowHours(window, nowMs);
  return objects.filter((path) => filedHour(path) >= first && filedHour(path) <= last);
}

function namedStatement(name: string, values: Readonly<Record<string, string>>, nowMs: number): string {
  return toDuckDb(renderQuery(findQuery(name), values, { nowMs }));
}

async function printAnswer(
  database: ArchiveDatabase,
  sql: string,
  args: QueryArguments,
  output: Output,
): Promise<number> {
  const startedAt = performance.now();
  const statement = await prepareReadOnly(database.connection, sql);
  if (statement.parameterCount > 0) {
    throw new QueryError('the statement has parameters; write their values into it');
  }
  const result = duckDbResult(await statement.stream());
  return printResult(
    result,
    printOptions(args, () => performance.now() - startedAt),
    output,
  );
}
