import { type QueryIo, runQuery } from '../../../../lib/cli/query/run-query.ts';
import { PLAIN } from './plain.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly complaints: string[];
}

/** Runs the command in this process, with captured output. */
export async function ask(argv: readonly string[], terminalWidth?: number, io: Partial<QueryIo> = {}): Promise<Answer> {
  let out = '';
  const complaints: string[] = [];
  const code = await runQuery(argv, {
    output: {
      async write(text) {
        out += text;
      },
      terminalWidth,
      ...PLAIN,
    },
    complain: (complaint) => complaints.push(complaint),
    progress: undefined,
    interruption: () => new AbortController().signal,
    pause: async () => {},
    ...io,
  });
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
