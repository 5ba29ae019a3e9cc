import type { ExitCode } from './errors.ts';
import type { OptionTable, Values } from './option.ts';
import type { Terminal } from './terminal.ts';

/** Does what a command is for, with its values, and resolves to its exit code. */
export type Run<Input> = (input: Input, terminal: Terminal) => ExitCode | Promise<ExitCode>;

/** One of the actions of a command that has several, such as `keys create`. */
export interface Subcommand<Options extends OptionTable = OptionTable, Arguments extends OptionTable = OptionTable> {
  readonly summary: string;
  /** Options of this action alone, beside those of the command. */
  readonly options?: Options;
  /** By name, in order; the last may be repeatable. */
  readonly positionals?: Arguments;
}

/** The texts about a command. */
interface CommandTexts {
  readonly name: string;
  /** A phrase for the list of commands. */
  readonly summary: string;
  /** Paragraphs below the summary, separated by an empty line. */
  readonly description: string;
  /** Command lines and what they do. Each runs in the tests of the pages. */
  readonly examples: readonly (readonly [commandLine: string, what: string])[];
  /** What the exit codes mean for this command, where the general meaning says too little. */
  readonly exits?: Partial<Readonly<Record<ExitCode, string>>>;
  /** What to say of an argument too many, beside that it is one. */
  readonly excess?: string;
  /** Options that were renamed: the old name without dashes, and the new one as it is typed. */
  readonly former?: Readonly<Record<string, string>>;
}

/** A command as the program sees it, whatever its values are. */
export interface Command extends CommandTexts {
  readonly options: OptionTable;
  readonly positionals: OptionTable;
  readonly subcommands: Readonly<Record<string, Subcommand>>;
  /** What further options are, when the command takes any; see {@link defineCommand}. */
  readonly others: string | undefined;
  check(input: Readonly<Record<string, unknown>>, isGiven: (name: string) => boolean): readonly string[];
  /** See {@link defineCommand}. */
  readonly checkMore?: (input: Readonly<Record<string, unknown>>) => Promise<readonly string[]>;
  /** Loads what the command needs to run. */
  load(): Promise<Run<Readonly<Record<string, unknown>>>>;
}

type SubcommandTable = Readonly<Record<string, Subcommand>>;

type SubcommandInput<Table extends SubcommandTable> = {
  [Name in keyof Table & string]: { readonly subcommand: Name } & (Table[Name] extends {
    readonly options: infer Options extends OptionTable;
  }
    ? Values<Options>
    : unknown) &
    (Table[Name] extends { readonly positionals: infer Arguments extends OptionTable } ? Values<Arguments> : unknown);
}[keyof Table & string];

/** The values that a command runs with. */
export type Input<
  Options extends OptionTable,
  Arguments extends OptionTable,
  Subcommands extends SubcommandTable,
  Others extends string | undefined,
> = Values<Options> &
  Values<Arguments> &
  ([keyof Subcommands] extends [never] ? unknown : SubcommandInput<Subcommands>) &
  (Others extends string ? { readonly others: Readonly<Record<string, string>> } : unknown);

/** Each value is undefined when its option is not given and has no default, or is wrong. */
type Incomplete<Whole> = Whole extends unknown ? { readonly [Name in keyof Whole]?: Whole[Name] | undefined } : never;

/**
 * Defines a command: its options, arguments and texts as data, and a `load` that imports what does the work. Everything in the
 * definition is cheap to load, so that help, completion and a wrong command line need neither an SDK nor a database.
 *
 * @example
 * export const greet = defineCommand({
 *   name: 'greet',
 *   summary: 'greet a person',
 *   description: 'Prints a greeting.',
 *   options: { times: wholeNumber({ min: 1, default: 1, help: 'how often' }) },
 *   positionals: { name: text({ required: true, help: 'whom' }) },
 *   examples: [['tailgate greet World --times 2', 'greets twice']],
 *   load: async () => (await import('…/greet-people.ts')).greetPeople,
 * });
 */
export function defineCommand<
  const Options extends OptionTable = Readonly<Record<never, never>>,
  const Arguments extends OptionTable = Readonly<Record<never, never>>,
  const Subcommands extends SubcommandTable = Readonly<Record<never, never>>,
  const Others extends string | undefined = undefined,
>(
  definition: CommandTexts & {
    readonly options?: Options;
    /** Arguments by name, in order; the last may be repeatable. */
    readonly positionals?: Arguments;
    readonly subcommands?: Subcommands;
    /**
     * What options are that the table does not have. With it they are taken as texts, each with a value, and come in
     * `others`, by their name in the program; without it they are errors.
     */
    readonly others?: Others;
    /** Problems in what the options say together, a line each. Asked also when some options alone are wrong. */
    readonly check?: (
      input: Incomplete<Input<Options, Arguments, Subcommands, Others>>,
      isGiven: (name: string) => boolean,
    ) => readonly string[];
    /**
     * Further problems, which only what `load` loads can find. Asked when the command line is wrong already, so that all problems are
     * said at once; otherwise the command itself finds them.
     */
    readonly checkMore?: (
      input: Incomplete<Input<Options, Arguments, Subcommands, Others>>,
    ) => Promise<readonly string[]>;
    readonly load: () => Promise<Run<Input<Options, Arguments, Subcommands, Others>>>;
  },
): Command {
  const command = {
    ...definition,
    options: definition.options ?? {},
    positionals: definition.positionals ?? {},
    subcommands: definition.subcommands ?? {},
    others: definition.others,
    check: definition.check ?? (() => []),
  };
  // The parser makes the values from the same tables that their types come from.
  return command as unknown as Command;
}
