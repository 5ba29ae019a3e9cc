import { filedHour } from '../../../archive/layout.ts';
import { type QueryWindows, queryWindows } from '../../../archive/tables/render-query.ts';
import { windowHours } from '../../../archive/window.ts';
import { CommandError } from '../../../terminal/errors.ts';
import type { Terminal } from '../../../terminal/terminal.ts';
import { findQuery, namedStatement } from '../library.ts';
import { printOptions, printResult } from '../print-result.ts';
import type { Question } from '../question.ts';
import { outsideHint, traceHint, windowHint } from '../window-hint.ts';
import { explainArchiveError, refuseCutOff } from './damaged-objects.ts';
import { type ArchiveDatabase, openArchiveDatabase, prepareReadOnly } from './database.ts';
import { toDuckDb } from './trino-dialect.ts';
import { duckDbResult } from './values.ts';

/** Answers a question from the archive of a data folder, with a hint where an empty answer may mislead. */
export async function askLocalArchive(question: Question, dataDir: string, terminal: Terminal): Promise<void> {
  const nowMs = Date.now();
  const { name, values, sql: statement = '' } = question;
  const sql = name === undefined ? statement : toDuckDb(namedStatement(name, values, { nowMs }));
  const windows = name === undefined ? undefined : queryWindows(findQuery(name), values, nowMs);
  const database = await openArchiveDatabase(dataDir);
  const { uncovered } = database.files;
  try {
    refuseCutOff(windows === undefined ? uncovered : objectsWithin(uncovered, windows, nowMs), database);
    const rowCount = await printAnswer(database, sql, question, terminal).catch(async (error: unknown) => {
      throw await explainArchiveError(error, database);
    });
    const hints: (string | undefined)[] = [];
    if (!(await database.hasTraces())) hints.push(`no kept traces under ${dataDir} yet`);
    else if (windows !== undefined) {
      hints.push(await windowHint(database, windows.window, nowMs, rowCount));
      if (windows.before !== undefined) hints.push(outsideHint(database, windows.before, nowMs, '--before'));
    }
    for (const hint of hints) if (hint !== undefined) terminal.complain(`hint: ${hint}`);
    const ofTrace = rowCount === 0 && name !== undefined ? traceHint(values, `--data ${dataDir}`) : undefined;
    if (ofTrace !== undefined) terminal.complain(`hint: ${ofTrace}`);
  } finally {
    database.close();
  }
}

async function printAnswer(
  database: ArchiveDatabase,
  sql: string,
  question: Question,
  terminal: Terminal,
): Promise<number> {
  const startedAt = performance.now();
  const statement = await prepareReadOnly(database.connection, sql);
  if (statement.parameterCount > 0) {
    throw new CommandError('the statement has parameters; write their values into it');
  }
  const result = duckDbResult(await statement.stream());
  return printResult(
    result,
    printOptions(question, () => performance.now() - startedAt),
    terminal,
  );
}

/** The objects of the hours that are read. */
function objectsWithin(paths: readonly string[], { window, before }: QueryWindows, nowMs: number): string[] {
  const ranges = [window, ...(before === undefined ? [] : [before])].map((one) => windowHours(one, nowMs));
  return paths.filter((path) => ranges.some(({ first, last }) => filedHour(path) >= first && filedHour(path) <= last));
}
