import { didYouMean } from '../text/nearest-name.ts';
import type { Command } from './define-command.ts';
import { CommandError, type ExitCode, InterruptedError, messageOf, ReaderGoneError, UsageError } from './errors.ts';
import { commandHelp, type Program, programHelp } from './help.ts';
import { parseCommandLine } from './parse-command-line.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command that a command line names. Whatever goes wrong is said on the terminal; resolves to the exit code. */
export async function runProgram(program: Program, argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { name, commands } = program;
  const [first, ...rest] = argv;
  const isHelp = first === undefined || first === '--help' || first === '-h' || first === 'help';
  if (isHelp && (rest[0] === undefined || first !== 'help')) {
    terminal.print(programHelp(program));
    return 0;
  }
  if (first === '--version') {
    terminal.print(program.version());
    return 0;
  }
  const named = isHelp ? rest[0] : first;
  const command = commands.find((candidate) => candidate.name === named);
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.name);
    const isOption = named?.startsWith('-');
    const guess = didYouMean(named ?? '', isOption ? ['--help', '--version'] : names);
    terminal.complain(`error: unknown ${isOption ? 'option' : 'command'} "${named}"${guess}`);
    terminal.complain(`commands: ${names.join(', ')}; ${name} --help says what they do`);
    return 2;
  }
  return runCommand(program, command, isHelp ? ['--help'] : rest, terminal);
}

/** Runs one command with its arguments. Resolves to the exit code. */
export async function runCommand(
  program: Pick<Program, 'name' | 'explain'>,
  command: Command,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const parsed = parseCommandLine(command, argv);
  if (parsed.kind === 'help') {
    terminal.print(commandHelp(program, command));
    return 0;
  }
  try {
    if (parsed.kind === 'wrong') {
      const more = (await command.checkMore?.(parsed.input)) ?? [];
      throw new UsageError([...new Set([...parsed.problems, ...more])]);
    }
    const run = await command.load();
    return await run(parsed.input, terminal);
  } catch (error) {
    if (error instanceof InterruptedError) return 130;
    if (error instanceof ReaderGoneError) return 0;
    const isExpected = error instanceof CommandError;
    const problems = isExpected ? error.problems : [(program.explain ?? messageOf)(error)];
    for (const problem of problems) terminal.complain(`error: ${problem}`);
    if (error instanceof UsageError) terminal.complain(`${program.name} ${command.name} --help shows what it takes`);
    return isExpected ? error.exitCode : 1;
  }
}
