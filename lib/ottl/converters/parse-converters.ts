import { quotedExcerpt } from '../../text/messages.ts';
import { failEvaluation } from '../errors.ts';
import { readCsvRow } from '../formats/csv.ts';
import { type ByteDecoder, decoderOf, ENCODINGS } from '../formats/encodings.ts';
import { parseJson } from '../formats/json.ts';
import { keyValueText, parseKeyValues } from '../formats/key-values.ts';
import { formatValue, readFormat } from '../formats/sprintf.ts';
import { parseSimplifiedXml, parseXml } from '../formats/xml/parse.ts';
import { encodeGoString } from '../go/go-string.ts';
import { splitText } from '../go/strings.ts';
import type { Getter } from '../runtime/context.ts';
import { typeName } from '../runtime/value.ts';
import type { CallArguments } from './call-arguments.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** The values of `Mode`: quotes by the rules of `encoding/csv`, anywhere in a field, or as ordinary characters. */
const CSV_MODES = ['strict', 'lazyQuotes', 'ignoreQuotes'];

/** Converters that parse and write strings in a format. */
export const PARSE_CONVERTERS: readonly ConverterDefinition[] = [
  /** `ParseJSON("{\"a\": [1]}")["a"][0] == 1.0`. Takes an object or an array. Every number becomes a double. */
  {
    name: 'ParseJSON',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseJson(target(context));
    },
  },
  /** `ParseKeyValue("a=1 b=2")["b"] == "2"` */
  {
    name: 'ParseKeyValue',
    parameters: ['Target'],
    optional: ['Delimiter', 'PairDelimiter'],
    create(args) {
      const target = args.text('Target');
      const [delimiter, pairDelimiter] = delimitersOf(args);
      return (context) => parseKeyValues(target(context), delimiter, pairDelimiter);
    },
  },
  /** `ToKeyValueString({"a": 1}, "=", " ") == "a=1"` */
  {
    name: 'ToKeyValueString',
    parameters: ['Target'],
    optional: ['Delimiter', 'PairDelimiter', 'SortOutput'],
    create(args) {
      const target = args.map('Target');
      const [delimiter, pairDelimiter] = delimitersOf(args);
      const isSorted = args.literalBool('SortOutput') ?? false;
      return (context) => keyValueText(target(context), delimiter, pairDelimiter, isSorted);
    },
  },
  /**
   * `ParseCSV("1,2", "a,b")["b"] == "2"`
   *
   * `Mode` is `strict`, `lazyQuotes`, which allows quotes anywhere, or `ignoreQuotes`, which splits at every delimiter.
   */
  {
    name: 'ParseCSV',
    parameters: ['Target', 'Header'],
    optional: ['Delimiter', 'HeaderDelimiter', 'Mode'],
    create(args) {
      const target = args.text('Target');
      const header = args.text('Header');
      const delimiter = oneCharacter(args, 'Delimiter', ',');
      const headerDelimiter = oneCharacter(args, 'HeaderDelimiter', delimiter);
      const mode = args.literalText('Mode') ?? 'strict';
      if (!CSV_MODES.includes(mode)) args.fail('Mode', `unknown mode "${mode}", allowed: ${CSV_MODES.join(', ')}`);
      return (context) => {
        const text = target(context);
        const names = splitText(header(context), headerDelimiter);
        if (names.join('') === '' && names.length === 1) return failEvaluation('ParseCSV: the header is empty');
        const fields = mode === 'ignoreQuotes' ? splitText(text, delimiter) : readCsv(text, delimiter, mode);
        if (fields.length === names.length) return new Map(names.map((name, i) => [name, fields[i] ?? ''] as const));
        return failEvaluation(`ParseCSV: expected ${names.length} fields, got ${fields.length}`);
      };
    },
  },
  /** `ParseXML("<a b=\"1\">x</a>")["attributes"]["b"] == "1"` */
  {
    name: 'ParseXML',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseXml(target(context));
    },
  },
  /** `ParseSimplifiedXML("<a><b>1</b></a>")["a"]["b"] == "1"` */
  {
    name: 'ParseSimplifiedXML',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseSimplifiedXml(target(context));
    },
  },
  /** `Decode("YWI=", "base64") == "ab"` */
  {
    name: 'Decode',
    parameters: ['Target', 'Encoding'],
    create(args) {
      const target = args.any('Target');
      const decoder = decoderArgument(args);
      return (context) => {
        const value = target(context);
        const decode = decoder(context);
        if (typeof value === 'string') return decode(encodeGoString(value));
        if (value instanceof Uint8Array) return decode(value);
        return failEvaluation(`Decode: expected a string or bytes, got ${typeName(value)}`);
      };
    },
  },
  /** `Format("%s-%03d", ["a", 7]) == "a-007"`. The verbs and flags of Go that {@link readFormat} accepts. */
  {
    name: 'Format',
    parameters: ['Format', 'Vals'],
    create(args) {
      const parts = readFormat(args.literalText('Format') ?? '', (message) => args.fail('Format', message));
      const values = args.anyItems('Vals');
      const count = parts.filter((part) => typeof part !== 'string').length;
      if (count !== values.length) args.fail('Vals', `the format has ${count} values, got ${values.length}`);
      return (context) => {
        let next = 0;
        return parts
          .map((part) => (typeof part === 'string' ? part : formatValue(part, values[next++]?.(context) ?? null)))
          .join('');
      };
    },
  },
];

/** The delimiters between key and value, and between pairs: literals that are neither empty nor equal. */
function delimitersOf(args: CallArguments): readonly [string, string] {
  const delimiter = args.literalText('Delimiter') ?? '=';
  const pairDelimiter = args.literalText('PairDelimiter') ?? ' ';
  if (delimiter === '') args.fail('Delimiter', 'the delimiter must not be empty');
  if (pairDelimiter === '') args.fail('PairDelimiter', 'the pair delimiter must not be empty');
  if (delimiter === pairDelimiter) args.fail('Delimiter', 'both delimiters are the same');
  return [delimiter, pairDelimiter];
}

/** A literal of one character. */
function oneCharacter(args: CallArguments, name: string, otherwise: string): string {
  const character = args.literalText(name) ?? otherwise;
  return [...character].length === 1 ? character : args.fail(name, `${name} must be a single character`);
}

/** Reads a row of CSV. Go refuses the delimiters in the list when it reads (`errInvalidDelim`), not at start. */
function readCsv(text: string, delimiter: string, mode: string): readonly string[] {
  if (['"', '\r', '\n', '\ufffd', '\0'].includes(delimiter)) return failEvaluation('ParseCSV: invalid delimiter');
  return readCsvRow(text, delimiter, mode === 'lazyQuotes');
}

/** A literal encoding is looked up at start. */
function decoderArgument(args: CallArguments): Getter<ByteDecoder> {
  const { get, literal } = args.typedText('Encoding');
  const problem = (encoding: string) => `unknown encoding ${quotedExcerpt(encoding)}, allowed: ${ENCODINGS.join(', ')}`;
  if (literal === undefined) {
    return (context) => decoderOf(get(context)) ?? failEvaluation(`Decode: ${problem(get(context))}`);
  }
  const decoder = decoderOf(literal) ?? args.fail('Encoding', problem(literal));
  return () => decoder;
}
