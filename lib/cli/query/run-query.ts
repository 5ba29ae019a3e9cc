import type { ExitCode } from '../../terminal/errors.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { AthenaDeps } from './athena/ask.ts';
import { libraryReference, viewReference } from './library.ts';
import { type QueryInput, questionOf } from './question.ts';

/**
 * Answers a question about the kept traces, or shows what can be asked. Both engines are loaded by those who ask them: each
 * takes longer to load than the other to answer.
 */
export async function runQuery(input: QueryInput, terminal: Terminal, deps: AthenaDeps = {}): Promise<ExitCode> {
  const question = questionOf(input);
  if (input.list) {
    await terminal.write(libraryReference(terminal.width, terminal.bold));
  } else if (question.sql === undefined && question.name === undefined) {
    const dialect = input.stack === undefined ? 'duckdb' : 'trino';
    await terminal.write(viewReference(dialect, terminal.width, terminal.bold));
  } else if (input.stack === undefined) {
    const { askLocalArchive } = await import('./duckdb/ask.ts');
    await askLocalArchive(question, input.data, terminal);
  } else {
    const { askAthena } = await import('./athena/ask.ts');
    return askAthena({ ...question, stack: input.stack, prices: input.prices }, terminal, deps);
  }
  return 0;
}
