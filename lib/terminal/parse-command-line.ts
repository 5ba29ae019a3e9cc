import { parseArgs } from 'node:util';
import { didYouMean } from '../text/nearest-name.ts';
import type { Command, Subcommand } from './define-command.ts';
import { messageOf } from './errors.ts';
import { type Option, type OptionTable, optionName } from './option.ts';

export type ParsedCommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly input: Readonly<Record<string, unknown>> }
  /** A line for each problem, all of them at once. */
  | { readonly kind: 'wrong'; readonly input: Readonly<Record<string, unknown>>; readonly problems: readonly string[] };

/** Options that were given, by their name in the program, with all their texts; and the arguments between them. */
interface Given {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly others: Readonly<Record<string, string>>;
  readonly isHelp: boolean;
}

/** Reads the arguments of a command by its tables. */
export function parseCommandLine(command: Command, argv: readonly string[]): ParsedCommandLine {
  const problems: string[] = [];
  const given = collect(command, argv, problems);
  if (given.isHelp) return { kind: 'help' };
  const { subcommand, options, positionals, rest } = chooseSubcommand(command, given, problems);
  const input = {
    ...(subcommand !== undefined && { subcommand }),
    ...readOptions(options, given.texts, problems),
    ...readPositionals(positionals, rest, command.excess, problems),
    ...(command.others !== undefined && { others: given.others }),
  };
  problems.push(...command.check(input, (name) => given.texts.has(name)));
  return problems.length > 0 ? { kind: 'wrong', input, problems: [...new Set(problems)] } : { kind: 'run', input };
}

/** The options of a command and of all its subcommands, by their name on the command line. */
function optionsByName({ options, subcommands }: Command): ReadonlyMap<string, readonly [string, Option<unknown>]> {
  const all = Object.assign({}, options, ...Object.values(subcommands).map((subcommand) => subcommand.options ?? {}));
  return new Map(Object.entries<Option<unknown>>(all).map(([name, option]) => [optionName(name), [name, option]]));
}

function collect(command: Command, argv: readonly string[], problems: string[]): Given {
  const known = optionsByName(command);
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  const others: Record<string, string> = {};
  let isHelp = false;
  const takesValue = (name: string) => name !== '--help' && known.get(name)?.[1].placeholder !== undefined;
  const isFlag = (name: string) => name === '--help' || (known.has(name) && !takesValue(name));
  const { tokens } = parseArgs({
    args: withInlineValues(argv, isFlag),
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { rawName, value } = token;
    const [name, option] = known.get(rawName) ?? [];
    if (rawName === '-h' || rawName === '--help') {
      isHelp = true;
    } else if (name === undefined || option === undefined) {
      if (
        command.others === undefined ||
        !/^--[a-z][a-z-]*$/.test(rawName) ||
        formerName(command, rawName) !== undefined
      ) {
        problems.push(unknownOption(command, rawName));
      } else if (value === undefined) {
        problems.push(`${rawName} has no value`);
      } else if (Object.hasOwn(others, rawName.slice(2))) {
        problems.push(`${rawName} is given twice: it takes one value`);
      } else others[rawName.slice(2)] = value;
    } else if (option.placeholder === undefined) {
      if (value !== undefined) problems.push(`${rawName} takes no value, got "${value}"`);
      texts.set(name, ['']);
    } else if (value === undefined) {
      problems.push(`${rawName} has no value: expected ${option.placeholder}, ${option.help}`);
    } else texts.set(name, [...(texts.get(name) ?? []), value]);
  }
  return { texts, positionals, others, isHelp };
}

/**
 * `--from -6h` as `--from=-6h`: every option but a flag takes the next argument, also one that looks like a short option; an
 * argument with two dashes is always an option of its own.
 */
function withInlineValues(argv: readonly string[], isFlag: (name: string) => boolean): string[] {
  const args: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    const next = argv[at + 1];
    if (argument === '--') return [...args, ...argv.slice(at)];
    const isBareOption = argument.startsWith('--') && !argument.includes('=');
    if (isBareOption && !isFlag(argument) && next !== undefined && !next.startsWith('--') && next !== '-h') {
      args.push(`${argument}=${next}`);
      at++;
    } else args.push(argument);
  }
  return args;
}

/** What an option is called now that had this name before. */
function formerName({ former = {} }: Command, rawName: string): string | undefined {
  const name = rawName.replace(/^-+/, '');
  return Object.hasOwn(former, name) ? former[name] : undefined;
}

/** What is wrong with an option that the command does not have. */
export function unknownOption(command: Command, rawName: string): string {
  const renamed = formerName(command, rawName);
  if (renamed !== undefined) return `unknown option ${rawName}: it is called ${renamed} now`;
  return `unknown option ${rawName}${didYouMean(rawName, [...optionsByName(command).keys(), '--help'])}`;
}

interface Choice {
  readonly subcommand: string | undefined;
  readonly options: OptionTable;
  readonly positionals: OptionTable;
  /** The arguments without the name of the subcommand. */
  readonly rest: readonly string[];
}

function chooseSubcommand(command: Command, { positionals, texts }: Given, problems: string[]): Choice {
  const { subcommands, options } = command;
  const names = Object.keys(subcommands);
  if (names.length === 0)
    return { subcommand: undefined, options, positionals: command.positionals, rest: positionals };
  const [name, ...rest] = positionals;
  const chosen: Subcommand | undefined = Object.hasOwn(subcommands, name ?? '') ? subcommands[name ?? ''] : undefined;
  if (name === undefined || chosen === undefined) {
    const got = name === undefined ? 'nothing' : `"${name}"${didYouMean(name, names)}`;
    problems.push(`${command.name}: expected ${wordList(names)}, got ${got}`);
    return { subcommand: undefined, options, positionals: {}, rest: [] };
  }
  const own = { ...options, ...chosen.options };
  for (const given of texts.keys()) {
    if (given in own) continue;
    const owners = names.filter((other) => given in (subcommands[other]?.options ?? {}));
    problems.push(`${optionName(given)} belongs to "${command.name} ${owners.join('" and "')}", not to ${name}`);
  }
  return { subcommand: name, options: own, positionals: chosen.positionals ?? {}, rest };
}

/** `create, list or revoke`. */
function wordList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The values of options; undefined for one that is wrong. */
function readOptions(options: OptionTable, texts: Given['texts'], problems: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      readValue(option, optionName(name), texts.get(name) ?? [], problems),
    ]),
  );
}

function readPositionals(
  table: OptionTable,
  texts: readonly string[],
  hint: string | undefined,
  problems: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let at = 0;
  for (const [name, option] of Object.entries(table)) {
    const own = option.isRepeatable ? texts.slice(at) : texts.slice(at, at + 1);
    at += own.length;
    values[name] = readValue(option, option.placeholder ?? name.toUpperCase(), own, problems);
  }
  const advice = hint === undefined ? '' : `: ${hint}`;
  problems.push(...texts.slice(at).map((text) => `unexpected argument "${text}"${advice}`));
  return values;
}

function readValue(option: Option<unknown>, shown: string, texts: readonly string[], problems: string[]): unknown {
  if (texts.length === 0 && option.isRequired) {
    problems.push(`${shown} is missing: ${option.help}`);
    return undefined;
  }
  const before = problems.length;
  if (texts.length > 1 && option.placeholder !== undefined && !option.isRepeatable) {
    problems.push(`${shown} is given ${texts.length} times: it takes one value`);
  }
  const read = texts.map((text) => {
    if (option.placeholder !== undefined && text === '') {
      problems.push(`${shown} is empty: expected ${option.placeholder}, ${option.help}`);
      return undefined;
    }
    try {
      return option.readText(text);
    } catch (error) {
      problems.push(`${shown}${option.mayBeSecret ? '' : ` is "${text}"`}: ${messageOf(error)}`);
      return undefined;
    }
  });
  return problems.length > before ? undefined : option.collect(read);
}
