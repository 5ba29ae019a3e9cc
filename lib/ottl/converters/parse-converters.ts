import type { CallArguments } from '../compiler/call-arguments.ts';
import { failEvaluation, shown } from '../errors.ts';
import { type ByteDecoder, decoderOf, ENCODINGS } from '../formats/base64.ts';
import { readCsvRow } from '../formats/csv.ts';
import { keyValueText, parseKeyValues } from '../formats/key-values.ts';
import { formatValue, readFormat } from '../go/format-text.ts';
import { encodeGoString } from '../go/go-string.ts';
import { splitText } from '../go/strings.ts';
import { contains, type IpNetwork, parseIp, parseNetwork } from '../network/ip-network.ts';
import type { Getter } from '../runtime/value.ts';
import { typeName } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

const CSV_MODES = ['strict', 'lazyQuotes', 'ignoreQuotes'];

/** Converters that read and write strings in a format. */
export const PARSE_CONVERTERS: readonly ConverterDefinition[] = [
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
  {
    name: 'IsInCIDR',
    parameters: ['Target', 'Networks'],
    create(args) {
      const target = args.text('Target');
      const networks = networksArgument(args);
      return (context) => {
        const ip = parseIp(target(context));
        return ip !== undefined && networks.some((network) => contains(network(context), ip));
      };
    },
  },
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

function delimitersOf(args: CallArguments): readonly [string, string] {
  const delimiter = args.literalText('Delimiter') ?? '=';
  const pairDelimiter = args.literalText('PairDelimiter') ?? ' ';
  if (delimiter === '') args.fail('Delimiter', 'the delimiter must not be empty');
  if (pairDelimiter === '') args.fail('PairDelimiter', 'the pair delimiter must not be empty');
  if (delimiter === pairDelimiter) args.fail('Delimiter', 'both delimiters are the same');
  return [delimiter, pairDelimiter];
}

function oneCharacter(args: CallArguments, name: string, otherwise: string): string {
  const character = args.literalText(name) ?? otherwise;
  return [...character].length === 1 ? character : args.fail(name, `${name} must be a single character`);
}

function readCsv(text: string, delimiter: string, mode: string): readonly string[] {
  if (['"', '\r', '\n', '\ufffd', '\0'].includes(delimiter)) return failEvaluation('ParseCSV: invalid delimiter');
  return readCsvRow(text, delimiter, mode === 'lazyQuotes');
}

function decoderArgument(args: CallArguments): Getter<ByteDecoder> {
  const { get, literal } = args.typedText('Encoding');
  const problem = (encoding: string) => `unknown encoding ${shown(encoding)}, allowed: ${ENCODINGS.join(', ')}`;
  if (literal === undefined) {
    return (context) => decoderOf(get(context)) ?? failEvaluation(`Decode: ${problem(get(context))}`);
  }
  const decoder = decoderOf(literal) ?? args.fail('Encoding', problem(literal));
  return () => decoder;
}

/** Networks in quotes are read at start, if all are. */
function networksArgument(args: CallArguments): readonly Getter<IpNetwork>[] {
  const networks = args.textItems('Networks');
  return networks.map(({ get, literal }) => {
    const problem = (text: string) => `expected a network such as 10.0.0.0/8, got ${shown(text)}`;
    if (literal === undefined) {
      return (context) => parseNetwork(get(context)) ?? failEvaluation(`IsInCIDR: ${problem(get(context))}`);
    }
    const network = parseNetwork(literal) ?? args.fail('Networks', problem(literal));
    return () => network;
  });
}
