import { OttlEvaluationError } from '../errors.ts';
import { decodeGoString, encodeGoString, withoutLooseBytes } from '../go/go-string.ts';
import { splitText, toCamel, toSnake, trimSet } from '../go/strings.ts';
import type { Getter } from '../runtime/context.ts';
import { NativeList } from '../runtime/value.ts';
import { checkSize } from '../runtime/work.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters on strings. */
export const TEXT_CONVERTERS: readonly ConverterDefinition[] = [
  /** `HasPrefix("checkout", "check")` */
  ofTwoTexts('HasPrefix', 'Prefix', (text, prefix) => text.startsWith(prefix)),
  /** `HasSuffix("checkout", "out")` */
  ofTwoTexts('HasSuffix', 'Suffix', (text, suffix) => text.endsWith(suffix)),
  /** `TrimPrefix("/cart", "/") == "cart"`. Removes the prefix once. */
  ofTwoTexts('TrimPrefix', 'Prefix', (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  /** `TrimSuffix("cart/", "/") == "cart"`. Removes the suffix once. */
  ofTwoTexts('TrimSuffix', 'Suffix', (text, suffix) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  /**
   * `Split("a|b", "|")[1] == "b"`
   *
   * An empty delimiter splits into characters. The result is a `[]string` of Go, which equals no list literal.
   */
  ofTwoTexts('Split', 'Delimiter', (text, delimiter) => new NativeList(splitText(text, delimiter), 'string')),
  /** `ToLowerCase("GET") == "get"` */
  ofText('ToLowerCase', toLower),
  /** `ToUpperCase("get") == "GET"` */
  ofText('ToUpperCase', toUpper),
  /** `ToCamelCase("http_status") == "HttpStatus"` */
  ofText('ToCamelCase', toCamel),
  /** `ToSnakeCase("HttpStatus") == "http_status"` */
  ofText('ToSnakeCase', toSnake),
  /** `ConvertCase("GET", "lower") == "get"`. The four cases are those of the converters above. */
  {
    name: 'ConvertCase',
    parameters: ['Target', 'ToCase'],
    create(args) {
      const target = args.text('Target');
      const name = args.literalText('ToCase') ?? '';
      const convert = CASES.get(name);
      if (convert === undefined)
        return args.fail('ToCase', `unknown case "${name}", allowed: ${[...CASES.keys()].join(', ')}`);
      return (context) => convert(target(context));
    },
  },
  /** `Trim("--a--", "-") == "a"`. Without characters it trims blanks. */
  {
    name: 'Trim',
    parameters: ['Target'],
    optional: ['Replacement'],
    create(args) {
      const target = args.text('Target');
      const characters = args.literalText('Replacement') ?? ' ';
      return (context) => trimSet(target(context), characters);
    },
  },
  /** `Concat(["a", 1, nil], "-") == "a-1-<nil>"` */
  {
    name: 'Concat',
    parameters: ['Vals', 'Delimiter'],
    create(args) {
      const vals = args.texts('Vals');
      const delimiter = args.text('Delimiter');
      return (context) => {
        const texts = vals(context).map((text) => text ?? '<nil>');
        const between = delimiter(context);
        // Both sizes may come from the trace: check their product before building the text.
        checkSize(texts.reduce((size, text) => size + text.length, 0) + between.length * Math.max(0, texts.length - 1));
        return texts.join(between);
      };
    },
  },
  /**
   * `Substring("checkout", 0, 5) == "check"`
   *
   * Start and length are bytes; `Utf8Safe` shrinks the part so that it cuts no character.
   */
  {
    name: 'Substring',
    parameters: ['Target', 'Start', 'Length'],
    optional: ['Utf8Safe'],
    create(args) {
      const target = args.text('Target');
      const start = args.int('Start');
      const length = args.int('Length');
      const utf8Safe = args.literalBool('Utf8Safe') ?? false;
      return (context) => substring(target(context), start(context), length(context), utf8Safe);
    },
  },
];

const CASES: ReadonlyMap<string, (text: string) => string> = new Map([
  ['lower', toLower],
  ['upper', toUpper],
  ['snake', toSnake],
  ['camel', toCamel],
]);

function toLower(text: string): string {
  return withoutLooseBytes(text).toLowerCase();
}

function toUpper(text: string): string {
  return withoutLooseBytes(text).toUpperCase();
}

/** A converter of one string. */
function ofText(name: string, convert: (text: string) => string): ConverterDefinition {
  return {
    name,
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => convert(target(context));
    },
  };
}

/** A converter of two strings; the second parameter is named `second`. */
function ofTwoTexts(
  name: string,
  second: string,
  convert: (text: string, other: string) => ReturnType<Getter>,
): ConverterDefinition {
  return {
    name,
    parameters: ['Target', second],
    create(args) {
      const target = args.text('Target');
      const other = args.text(second);
      return (context) => convert(target(context), other(context));
    },
  };
}

/**
 * Part of a text, by byte offsets into its UTF-8. With `utf8Safe` the part is shrunk so that it cuts no character.
 * @throws {OttlEvaluationError} when the part is empty or not inside of the text
 */
function substring(text: string, start: bigint, length: bigint, utf8Safe: boolean): string {
  if (start < 0n) throw new OttlEvaluationError(`Substring: start ${start} is negative`);
  if (length <= 0n) throw new OttlEvaluationError(`Substring: length ${length} is not positive`);
  const bytes = encodeGoString(text);
  if (start + length > BigInt(bytes.length)) {
    throw new OttlEvaluationError(`Substring: ${start} + ${length} is beyond the ${bytes.length} bytes of the string`);
  }
  let from = Number(start);
  let to = Number(start + length);
  if (utf8Safe) {
    while (from < bytes.length && isContinuation(bytes[from])) from++;
    while (from < to && isContinuation(bytes[to])) to--;
  }
  return decodeGoString(bytes.subarray(from, Math.max(from, to)));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
