import { runProgram } from '../terminal/run-program.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { PROGRAM } from './program.ts';
import { swallowedByNpm } from './swallowed-options.ts';

const argv = process.argv.slice(2);
const terminal = createTerminal(process);
const command = PROGRAM.commands.find(({ name }) => name === argv[0]);
const swallowed = command && swallowedByNpm(process.env, command);
if (swallowed === undefined) {
  process.exitCode = await runProgram(PROGRAM, argv, terminal);
} else {
  terminal.complain(`error: ${swallowed}`);
  process.exitCode = 2;
}
