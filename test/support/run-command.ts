import { PROGRAM } from '../../lib/cli/program.ts';
import type { Command, Run } from '../../lib/terminal/define-command.ts';
import { runCommand } from '../../lib/terminal/run-program.ts';
import { RecordingTerminal } from './recording-terminal.ts';

export interface Ran {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  readonly lines: readonly string[];
  /** Lines of standard error. */
  readonly complaints: readonly string[];
}

/** Runs a command in this process, with `run` in place of what it loads, which a test hands other services. */
export async function runWith<Input>(
  command: Command,
  argv: readonly string[],
  run: Run<Input>,
  terminal = new RecordingTerminal(),
): Promise<Ran> {
  const tested = {
    ...command,
    load: async () => (input: object, screen: RecordingTerminal) => run(input as Input, screen),
  };
  const code = await runCommand(PROGRAM, tested as unknown as Command, argv, terminal);
  return { code, out: terminal.out, lines: terminal.lines, complaints: terminal.complaints };
}
