/**
 * What the options and arguments of a command are made of. A table of them yields the parser, the types of the values, the help,
 * the shell completion and the reference page, so that none of these can disagree.
 *
 * @example
 * const options = {
 *   port: wholeNumber({ min: 0, max: 65_535, default: 4318, help: 'port to listen on' }),
 *   key: text({ placeholder: 'KEY', repeatable: true, help: 'key that requests must send' }),
 *   dryRun: flag({ help: 'only say what would happen' }),
 * };
 * // Values<typeof options>: { port: number; key: readonly string[]; dryRun: boolean }
 * // On the command line: --port N, --key KEY, --dry-run
 */
export interface Option<out Value> {
  /** A phrase for the help, without a full stop. The default value is appended to it. */
  readonly help: string;
  /** What stands for the value in the help, in capitals: `NAME`. Undefined: a flag, which takes no value. */
  readonly placeholder: string | undefined;
  readonly isRequired: boolean;
  readonly isRepeatable: boolean;
  /** The value when the option is not given, as the help shows it. */
  readonly defaultText: string | undefined;
  /** What a shell offers for the value. */
  readonly completes: Completion;
  /** Heading in the help under which the option stands. Undefined: the general one. */
  readonly group: string | undefined;
  /** Whether a problem with the value must not repeat it: it may hold a password or a key. */
  readonly mayBeSecret: boolean;
  /** @throws {Error} whose message says what is expected instead of this text */
  readText(text: string): unknown;
  /** The value of the option, from what was read of each of its texts, in order. */
  collect(read: readonly unknown[]): Value;
}

/** Names of files, of folders, one of these words, or nothing in particular. */
export type Completion = 'file' | 'folder' | readonly string[] | undefined;

/** Options by their name in the program: `dryRun` for `--dry-run`. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values that a table of options yields. */
export type Values<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never;
};

interface Spec {
  readonly help: string;
  readonly group?: string;
}

interface ValueSpec<Value> extends Spec {
  readonly placeholder?: string;
  /** Value when the option is not given. */
  readonly default?: Value;
  /** How the help shows the default, where its text says too little. */
  readonly defaultText?: string;
  readonly required?: boolean;
  /** May be given any number of times, also never. */
  readonly repeatable?: boolean;
  readonly completes?: Completion;
  /** The value may hold a password or a key: a problem with it does not repeat it. */
  readonly mayBeSecret?: boolean;
}

type ValueOf<Given, Value> = Given extends { readonly repeatable: true }
  ? readonly Value[]
  : Given extends { readonly default: Value } | { readonly required: true }
    ? Value
    : Value | undefined;

/** `--json`: true when it is given. */
export function flag({ help, group }: Spec): Option<boolean> {
  return {
    help,
    group,
    placeholder: undefined,
    isRequired: false,
    isRepeatable: false,
    defaultText: undefined,
    completes: undefined,
    mayBeSecret: false,
    readText: () => true,
    collect: (read) => read.length > 0,
  };
}

/** Any text that is not empty, or what `read` makes of it. */
export function text<const Given extends ValueSpec<string>>(spec: Given): Option<ValueOf<Given, string>> {
  return valueOption(spec, 'TEXT', (given) => given);
}

/** A file to read, where `-` may stand for standard input; the command itself opens it. */
export function file<const Given extends ValueSpec<string>>(spec: Given): Option<ValueOf<Given, string>> {
  return valueOption({ completes: 'file' as const, ...spec }, 'FILE', (given) => given);
}

export function folder<const Given extends ValueSpec<string>>(spec: Given): Option<ValueOf<Given, string>> {
  return valueOption({ completes: 'folder' as const, ...spec }, 'FOLDER', (given) => given);
}

/** A value of its own kind. `read` throws an Error that says what is expected, as in `expected a number from 1 to 9`. */
export function parsed<Value, const Given extends ValueSpec<Value>>(
  spec: Given & { readonly placeholder: string; readonly read: (text: string) => Value },
): Option<ValueOf<Given, Value>> {
  return valueOption(spec, spec.placeholder, spec.read);
}

/** One of a few words. */
export function oneOf<
  const Word extends string,
  const Given extends ValueSpec<Word> & { readonly choices: readonly Word[] },
>(spec: Given): Option<ValueOf<Given, Given['choices'][number]>> {
  const { choices } = spec;
  const read = (given: string) => {
    const found = choices.find((choice) => choice === given);
    if (found === undefined) throw new Error(`expected ${choices.join(' or ')}`);
    return found;
  };
  return valueOption({ completes: choices, ...spec }, choices.join('|'), read);
}

interface NumberSpec extends ValueSpec<number> {
  /** Both bounds are allowed values. */
  readonly min: number;
  readonly max?: number;
}

/** Decimal digits only: no sign, no fraction, no exponent. */
export function wholeNumber<const Given extends NumberSpec>(spec: Given): Option<ValueOf<Given, number>> {
  return numberOption(spec, /^\d{1,15}$/, 'a whole number');
}

/** `10`, `2.5` or `1e6`: no sign, no hexadecimal. */
export function decimalNumber<const Given extends NumberSpec>(spec: Given): Option<ValueOf<Given, number>> {
  return numberOption(spec, /^\d+(\.\d+)?(e\d+)?$/i, 'a number');
}

function numberOption<Given extends NumberSpec>(
  spec: Given,
  form: RegExp,
  what: string,
): Option<ValueOf<Given, number>> {
  const { min, max } = spec;
  const shown = (bound: number) => bound.toLocaleString('en');
  return valueOption(spec, 'N', (given) => {
    const number = form.test(given) ? Number(given) : Number.NaN;
    if (number >= min && number <= (max ?? Number.POSITIVE_INFINITY)) return number;
    throw new Error(`expected ${what} from ${shown(min)}${max === undefined ? '' : ` to ${shown(max)}`}`);
  });
}

function valueOption<Value, Given extends ValueSpec<unknown>>(
  spec: Given,
  placeholder: string,
  readText: (text: string) => Value,
): Option<ValueOf<Given, Value>> {
  const byDefault = spec.default;
  const option: Option<unknown> = {
    help: spec.help,
    group: spec.group,
    placeholder: spec.placeholder ?? placeholder,
    isRequired: spec.required ?? false,
    isRepeatable: spec.repeatable ?? false,
    defaultText: spec.defaultText ?? (byDefault === undefined ? undefined : String(byDefault)),
    completes: spec.completes,
    mayBeSecret: spec.mayBeSecret ?? false,
    readText,
    collect: (read) => (spec.repeatable ? read : (read.at(-1) ?? byDefault)),
  };
  // What is collected follows the flags of the specification, which the compiler cannot see.
  return option as Option<ValueOf<Given, Value>>;
}

/** `--dry-run` for `dryRun`. */
export function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
