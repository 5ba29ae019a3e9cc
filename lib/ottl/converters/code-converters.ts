import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import { toHex } from '../../otlp/text.ts';
import { OttlEvaluationError } from '../errors.ts';
import { base64 } from '../formats/base64.ts';
import { parseJson } from '../formats/json.ts';
import { readSeverities, severityOf } from '../formats/severity.ts';
import { encodeGoString } from '../go/go-string.ts';
import { parseGoInt, parseGoIntLiteral } from '../go/parse-numbers.ts';
import { isValidLuhn } from '../go/strings.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters that encode, decode, or calculate. */
export const CODE_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'ParseInt',
    parameters: ['Target', 'Base'],
    create(args) {
      const target = args.text('Target');
      const base = args.int('Base');
      return (context) => parseWithBase(target(context), base(context));
    },
  },
  {
    name: 'ParseJSON',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseJson(target(context));
    },
  },
  {
    name: 'Hex',
    parameters: ['Target'],
    create(args) {
      const { get } = args.bytesLike('Target');
      return (context) => {
        const bytes = get(context);
        return bytes === null ? '' : toHex(bytes, 0, bytes.length);
      };
    },
  },
  {
    name: 'Base64Encode',
    parameters: ['Target'],
    optional: ['Variant'],
    create(args) {
      const target = args.text('Target');
      const variant = args.literalText('Variant') ?? 'base64';
      if (!/^base64(-raw)?(-url)?$/.test(variant)) {
        args.fail('Variant', `unknown variant "${variant}", allowed: base64, base64-raw, base64-url, base64-raw-url`);
      }
      return (context) => base64Variant(base64(encodeGoString(target(context))), variant);
    },
  },
  {
    name: 'FNV',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => {
        const { high, low } = fnv1a64(encodeGoString(target(context)));
        return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
      };
    },
  },
  {
    name: 'Log',
    parameters: ['Target'],
    create(args) {
      const target = args.doubleLike('Target');
      return (context) => {
        const value = target(context);
        if (value !== null && !(value <= 0)) return Math.log(value);
        throw new OttlEvaluationError(`Log: expected a number above 0, got ${value ?? 'nil'}`);
      };
    },
  },
  {
    name: 'ParseSeverity',
    parameters: ['Target', 'Mapping'],
    create(args) {
      const target = args.any('Target');
      const severities = args.atStart('Mapping', () => readSeverities(args.literalMap('Mapping')));
      return (context) => severityOf(target(context), severities);
    },
  },
  {
    name: 'IsValidLuhn',
    parameters: ['Target'],
    create(args) {
      const target = args.textLike('Target');
      return (context) => {
        const text = target(context);
        if (text === null) throw new OttlEvaluationError('IsValidLuhn: expected a number, got nil');
        return isValidLuhn(text);
      };
    },
  },
];

function parseWithBase(text: string, base: bigint): bigint {
  if (base === 0n) return parseGoIntLiteral(text);
  if (base < 2n || base > 36n) throw new OttlEvaluationError(`ParseInt: expected a base of 0 or 2 to 36, got ${base}`);
  return parseGoInt(text, Number(base));
}

function base64Variant(text: string, variant: string): string {
  const padded = variant.includes('raw') ? text.replaceAll('=', '') : text;
  return variant.includes('url') ? padded.replaceAll('+', '-').replaceAll('/', '_') : padded;
}
