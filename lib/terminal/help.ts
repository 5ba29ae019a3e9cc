import { wrapText } from '../text/messages.ts';
import type { Command } from './define-command.ts';
import type { ExitCode } from './errors.ts';
import { type Option, type OptionTable, optionName } from './option.ts';

/** A program of several commands. */
export interface Program {
  readonly name: string;
  readonly version: () => string;
  readonly summary: string;
  readonly commands: readonly Command[];
  /** What Node.js has to say of a failure, for a person. Default: its message. */
  readonly explain?: (error: unknown) => string;
}

/** Columns of every help text: the smallest usual terminal. */
const WIDTH = 80;
/** Longer names go on a line of their own, above their meaning. */
const NAMES_WIDTH = 24;
const INDENT = '  ';

export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'it did what you asked',
  1: 'it found a problem or could not finish, and said why',
  2: 'the command line is wrong; nothing was done',
  130: 'Ctrl-C, SIGTERM or SIGHUP stopped it',
};

/** The commands of a program. */
export function programHelp({ name, summary, commands }: Program): string {
  return [
    `Usage: ${name} COMMAND [OPTIONS]`,
    wrapText(summary, WIDTH),
    section(
      'Commands',
      commands.map((command): Entry => [command.name, command.summary]),
    ),
    section('Options', [
      ['--help', `this text; of a command: ${name} COMMAND --help`],
      ['--version', 'the version'],
    ]),
    section(
      'Exit codes',
      Object.entries(EXIT_CODES).map(([code, meaning]): Entry => [code, meaning]),
    ),
  ].join('\n\n');
}

/** Everything about a command, no wider than 80 columns. */
export function commandHelp({ name: program }: Pick<Program, 'name'>, command: Command): string {
  const { positionals, examples, description, exits = {} } = command;
  const sections = [
    wrapUsage(usageLine(program, command)),
    description
      .split('\n\n')
      .map((paragraph) => wrapText(paragraph, WIDTH))
      .join('\n\n'),
    section('Actions', actionEntries(command)),
    section('Arguments', Object.values(positionals).map(positionalEntry)),
    ...optionGroups(command).map(([group, entries]) => section(group, entries)),
    section(
      'Exit codes',
      Object.entries(exits).map(([code, meaning]): Entry => [code, meaning]),
    ),
    examples.length === 0
      ? ''
      : `Examples:\n${examples.map(([line, what]) => `${wrapText(what, WIDTH - 2, '  # ')}\n  ${line.replaceAll('\n', '\n  ')}`).join('\n')}`,
  ];
  return sections.filter((part) => part !== '').join('\n\n');
}

/** The actions of a command, with their arguments. */
export function actionEntries({ subcommands }: Command): readonly Entry[] {
  return Object.entries(subcommands).map(([name, { positionals = {}, summary }]) => [
    [name, ...Object.values(positionals).map(positionalText)].join(' '),
    summary,
  ]);
}

/** `tailgate replay --endpoint URL [OPTIONS]`: what must be given, and that there is more. */
export function usageLine(program: string, { name, subcommands, positionals, options }: Command): string {
  const actions = Object.keys(subcommands);
  return [
    program,
    name,
    ...(actions.length > 0 ? [actions.join('|')] : []),
    ...Object.values(positionals).map(positionalText),
    ...Object.entries(options)
      .filter(([, { isRequired }]) => isRequired)
      .map(([option, { placeholder }]) => `${optionName(option)} ${placeholder}`),
    '[OPTIONS]',
  ].join(' ');
}

/** The options of a command by the heading they stand under, with `--help` at the end. */
export function optionGroups(command: Command): readonly OptionGroup[] {
  const own = Object.entries(command.subcommands).flatMap(([name, { options = {} }]) =>
    tableEntries(options).map(([group, [left, right]]) => [group, [left, `${name}: ${right}`]] as const),
  );
  const others = command.others === undefined ? [] : [['Options', ['--PARAMETER VALUE', command.others]] as const];
  const all = [...tableEntries(command.options), ...own, ...others, ['Options', ['--help', 'this text']] as const];
  return [...Map.groupBy(all, ([group]) => group)].map(([group, found]) => [group, found.map(([, entry]) => entry)]);
}

export type OptionGroup = readonly [heading: string, entries: readonly Entry[]];

/** What stands on the left of a list, and its meaning. */
export type Entry = readonly [left: string, right: string];

function tableEntries(options: OptionTable): (readonly [group: string, entry: Entry])[] {
  return Object.entries(options).map(([name, option]) => {
    const left = [optionName(name), ...(option.placeholder === undefined ? [] : [option.placeholder])].join(' ');
    return [option.group ?? 'Options', [left, meaningOf(option)]];
  });
}

/** The help of an option with its default. */
function meaningOf({ help, defaultText, isRepeatable, isRequired }: Option<unknown>): string {
  const facts = [
    ...(isRequired ? ['required'] : []),
    ...(isRepeatable ? ['repeatable'] : []),
    ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
  ];
  return facts.length === 0 ? help : `${help} (${facts.join('; ')})`;
}

export function positionalEntry(option: Option<unknown>): Entry {
  const { help, defaultText } = option;
  return [positionalText(option), defaultText === undefined ? help : `${help} (default: ${defaultText})`];
}

function positionalText({ placeholder = '', isRepeatable, isRequired }: Option<unknown>): string {
  const text = isRepeatable ? `${placeholder} …` : placeholder;
  return isRequired ? text : `[${text}]`;
}

function section(heading: string, entries: readonly Entry[]): string {
  if (entries.length === 0) return '';
  const names = entries.map(([left]) => left.length).filter((length) => length <= NAMES_WIDTH);
  const width = Math.max(0, ...names) + INDENT.length;
  const margin = INDENT + ' '.repeat(width);
  const lines = entries.map(([left, right]) => {
    const meaning = wrapText(right, WIDTH, margin);
    if (left.length > NAMES_WIDTH) return `${INDENT}${left}\n${meaning}`;
    return INDENT + left.padEnd(width) + meaning.slice(margin.length);
  });
  return `${heading}:\n${lines.join('\n')}`;
}

function wrapUsage(line: string): string {
  const [first = '', ...more] = wrapText(`Usage: ${line}`, WIDTH).split('\n');
  return [first, ...more.map((rest) => `       ${rest}`)].join('\n');
}
