import { type Command, defineCommand } from '../../lib/terminal/define-command.ts';
import { commandHelp } from '../../lib/terminal/help.ts';
import { type Option, type OptionTable, parsed, type Values } from '../../lib/terminal/option.ts';
import { parseCommandLine } from '../../lib/terminal/parse-command-line.ts';

/** A suite that npm runs by its name, as a person sees it: in the same tables as the commands of the program. */
export interface Suite<Options extends OptionTable, Arguments extends OptionTable> {
  /** The npm script. */
  readonly script: string;
  readonly description: string;
  readonly options: Options;
  /** By name, in order; the last may be repeatable. */
  readonly positionals?: Arguments;
  readonly examples: readonly (readonly [commandLine: string, what: string])[];
}

/** What a command line asks for: a run with these values, or a text to print before the process ends. */
export type SuiteRun<Given> =
  | { readonly values: Given }
  | { readonly text: string; readonly exitCode: 0 }
  | { readonly text: string; readonly exitCode: 2 };

/** Reads the command line of a suite. */
export function readSuite<
  const Options extends OptionTable,
  const Arguments extends OptionTable = Readonly<Record<never, never>>,
>(
  { script, options, positionals, description, examples }: Suite<Options, Arguments>,
  argv: readonly string[],
): SuiteRun<Values<Options> & Values<Arguments>> {
  const command: Command = defineCommand({
    name: `${script} --`,
    summary: description,
    description,
    options,
    ...(positionals !== undefined && { positionals }),
    examples,
    load: () => Promise.reject(new Error('a suite runs by itself')),
  });
  const line = parseCommandLine(command, argv);
  if (line.kind === 'help') return { text: commandHelp({ name: 'npm run' }, command), exitCode: 0 };
  if (line.kind === 'wrong') {
    return { text: `error: ${line.problems.join('; ')}; npm run ${script} -- --help shows what it takes`, exitCode: 2 };
  }
  // The parser makes the values from the same tables that their types come from.
  return { values: line.input as Values<Options> & Values<Arguments> };
}

/** The values of this process's command line. Ends the process after `--help`, with 0, or after one sentence on what is wrong, with 2. */
export function suiteOptions<
  const Options extends OptionTable,
  const Arguments extends OptionTable = Readonly<Record<never, never>>,
>(suite: Suite<Options, Arguments>): Values<Options> & Values<Arguments> {
  const run = readSuite(suite, process.argv.slice(2));
  if ('values' in run) return run.values;
  if (run.exitCode === 0) console.log(run.text);
  else console.error(run.text);
  process.exit(run.exitCode);
}

/** A seed, which the same run has again. @param today what the word stands for: another number every day */
export function seedOption(byDefault: number, today: () => number): Option<number> {
  return parsed({
    placeholder: 'N|today',
    default: byDefault,
    help: 'seed of everything that is left to chance; today: another one every day',
    read: (text) => {
      if (text === 'today') return today();
      if (/^\d{1,15}$/.test(text)) return Number(text);
      throw new Error('expected a whole number, or today');
    },
  });
}

/** The day in UTC as a number: 20261128. */
export function dateNumber(): number {
  return Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
}
