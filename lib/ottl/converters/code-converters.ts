import { toHex } from '../../otlp/bytes-to-text.ts';
import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import { OttlEvaluationError } from '../errors.ts';
import { base64 } from '../formats/encodings.ts';
import { readSeverities, severityOf } from '../formats/severity.ts';
import { encodeGoString } from '../go/go-string.ts';
import { parseGoInt, parseGoIntLiteral } from '../go/parse-numbers.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters that encode, decode, check or calculate. */
export const CODE_CONVERTERS: readonly ConverterDefinition[] = [
  /** `ParseInt("ff", 16) == 255`. Base 0 takes the base from a prefix such as `0x`. */
  {
    name: 'ParseInt',
    parameters: ['Target', 'Base'],
    create(args) {
      const target = args.text('Target');
      const base = args.int('Base');
      return (context) => parseWithBase(target(context), base(context));
    },
  },
  /** `Hex("ab") == "6162"`. A number gives the hex of its 8 bytes. */
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
  /** `Base64Encode("ab") == "YWI="`. Variants: `base64-raw` without padding, `base64-url`, `base64-raw-url`. */
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
  /** `FNV("") == -3750763034362895579`. FNV-1a of 64 bits, as a signed int. */
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
  /** `Log(1) == 0.0`. The natural logarithm. */
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
  /**
   * `ParseSeverity(503, {"error": [{"range": "5xx"}]}) == "error"`
   *
   * The mapping must be a literal, so that its mistakes are found at start. The Collector finds them on evaluation.
   */
  {
    name: 'ParseSeverity',
    parameters: ['Target', 'Mapping'],
    create(args) {
      const target = args.any('Target');
      const severities = args.atStart('Mapping', () => readSeverities(args.literalMap('Mapping')));
      return (context) => severityOf(target(context), severities);
    },
  },
  /** `IsValidLuhn("4242 4242 4242 4242")` */
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

/** `ParseInt`: base 0 takes the base from the prefix of the text (`0x`, `0b`, `0o`). */
function parseWithBase(text: string, base: bigint): bigint {
  if (base === 0n) return parseGoIntLiteral(text);
  if (base < 2n || base > 36n) throw new OttlEvaluationError(`ParseInt: expected a base of 0 or 2 to 36, got ${base}`);
  return parseGoInt(text, Number(base));
}

/** Standard base64 in one of the four variants of the Collector. */
function base64Variant(text: string, variant: string): string {
  const padded = variant.includes('raw') ? text.replaceAll('=', '') : text;
  return variant.includes('url') ? padded.replaceAll('+', '-').replaceAll('/', '_') : padded;
}

/** Whether the last digit is the Luhn check digit (ISO/IEC 7812-1) of those before it; blanks are ignored. */
function isValidLuhn(text: string): boolean {
  const digits = text.replaceAll(' ', '');
  if (digits === '') return false;
  if (!/^\d+$/.test(digits)) throw new OttlEvaluationError('IsValidLuhn: expected digits');
  let sum = 0;
  for (const [i, digit] of [...digits].toReversed().entries()) {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
