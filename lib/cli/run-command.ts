import { explainAwsError } from './explain-aws-error.ts';

export interface CommandIo {
  readonly print: (line: string) => void;
  /** For what is not the output itself. */
  readonly complain: (line: string) => void;
}

export interface CommandLine<Command, Code> {
  readonly usage: string;
  /** Undefined: help is asked for. Throws what is wrong with the arguments. */
  readonly parse: (argv: readonly string[]) => Command | undefined;
  readonly run: (command: Command) => Promise<Code>;
}

/** Runs a command that works on an account. Resolves to its exit code; 1 when it did not do what was asked, and has said why. */
export async function runCommand<Command, Code extends number>(
  argv: readonly string[],
  io: CommandIo,
  { usage, parse, run }: CommandLine<Command, Code>,
): Promise<Code | 0 | 1> {
  let command: Command | undefined;
  try {
    command = parse(argv);
  } catch (error) {
    io.complain(`error: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 1;
  }
  if (command === undefined) {
    io.print(usage);
    return 0;
  }
  try {
    return await run(command);
  } catch (error) {
    io.complain(`error: ${explainAwsError(error)}`);
    return 1;
  }
}
