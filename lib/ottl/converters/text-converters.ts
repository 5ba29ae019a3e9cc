import { textList } from '../compiler/call-arguments.ts';
import { extractPatterns, patternArgument } from '../compiler/patterns.ts';
import { withoutLooseBytes } from '../go/go-string.ts';
import { splitText, substring, toCamel, toSnake, trimSet } from '../go/strings.ts';
import { grokArgument } from '../grok/grok.ts';
import type { Getter } from '../runtime/value.ts';
import { checkSize } from '../runtime/work.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters on strings. */
export const TEXT_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'IsMatch',
    parameters: ['Target', 'Pattern'],
    create(args) {
      const target = args.textLike('Target');
      const getPattern = patternArgument(args, 'Pattern');
      return (context) => {
        const pattern = getPattern(context);
        const text = target(context);
        if (text === null) return false;
        context.work.spend(text.length * pattern.stepsPerCharacter);
        return pattern.regex.test(text);
      };
    },
  },
  {
    name: 'ExtractPatterns',
    parameters: ['Target', 'Pattern'],
    create(args) {
      const target = args.text('Target');
      const getPattern = patternArgument(args, 'Pattern');
      return (context) => {
        const pattern = getPattern(context);
        const text = target(context);
        context.work.spend(text.length * pattern.stepsPerCharacter);
        return extractPatterns(pattern, text);
      };
    },
  },
  {
    name: 'ExtractGrokPatterns',
    parameters: ['Target', 'Pattern'],
    optional: ['NamedCapturesOnly', 'PatternDefinitions'],
    create(args) {
      const target = args.text('Target');
      const getMatcher = grokArgument(args);
      return (context) => {
        const matcher = getMatcher(context);
        const text = target(context);
        context.work.spend(text.length * matcher.stepsPerCharacter);
        return matcher.extract(text);
      };
    },
  },
  ofTwoTexts('HasPrefix', 'Prefix', (text, prefix) => text.startsWith(prefix)),
  ofTwoTexts('HasSuffix', 'Suffix', (text, suffix) => text.endsWith(suffix)),
  ofTwoTexts('TrimPrefix', 'Prefix', (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  ofTwoTexts('TrimSuffix', 'Suffix', (text, suffix) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  ofTwoTexts('Split', 'Delimiter', (text, delimiter) => textList(splitText(text, delimiter))),
  ofText('ToLowerCase', toLower),
  ofText('ToUpperCase', toUpper),
  ofText('ToCamelCase', toCamel),
  ofText('ToSnakeCase', toSnake),
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
  {
    name: 'Concat',
    parameters: ['Vals', 'Delimiter'],
    create(args) {
      const vals = args.texts('Vals');
      const delimiter = args.text('Delimiter');
      return (context) => {
        const texts = vals(context).map((text) => text ?? '<nil>');
        const between = delimiter(context);
        // Both sizes are of the data: their product is not to be tried.
        checkSize(texts.reduce((size, text) => size + text.length, 0) + between.length * Math.max(0, texts.length - 1));
        return texts.join(between);
      };
    },
  },
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
