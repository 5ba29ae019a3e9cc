import { query as command } from '../../../../lib/cli/commands/query.ts';
import type { AthenaDeps } from '../../../../lib/cli/query/athena/ask.ts';
import type { QueryInput } from '../../../../lib/cli/query/question.ts';
import { runQuery } from '../../../../lib/cli/query/run-query.ts';
import { RecordingTerminal } from '../../../support/recording-terminal.ts';
import { runWith } from '../../../support/run-command.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly complaints: readonly string[];
}

export interface AskOptions extends AthenaDeps {
  /** Default: one that is as wide as the test says. */
  readonly terminal?: RecordingTerminal;
}

/** Runs the command in this process, with captured output. */
export async function ask(
  argv: readonly string[],
  width?: number,
  { terminal = new RecordingTerminal(width === undefined ? {} : { width }), pause = async () => {} }: AskOptions = {},
): Promise<Answer> {
  const run = (input: QueryInput) => runQuery(input, terminal, { pause });
  const { code, out, complaints } = await runWith<QueryInput>(command, argv, run, terminal);
  return { code, out, complaints };
}

/** The rows that a statement yields, read through `--json`. Fails when the command does. */
export async function rowsOf(dataDir: string, sql: string): Promise<Record<string, unknown>[]> {
  const { code, out, complaints } = await ask(['--json', '--data', dataDir, sql]);
  if (code !== 0) {
    throw new Error(complaints.join('\n'));
  }
  return out
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text));
}
