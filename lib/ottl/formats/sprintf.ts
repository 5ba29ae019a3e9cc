/** `fmt.Sprintf` of Go, for the verbs and flags that `Format` supports. */
import { toHex } from '../../otlp/bytes-to-text.ts';
import { OttlEvaluationError } from '../errors.ts';
import { encodeGoString } from '../go/go-string.ts';
import { Id, NativeInt, type OttlValue, typeName } from '../runtime/value.ts';

/** One directive of a format string, such as `%-8.2f`. */
export interface FormatDirective {
  readonly verb: string;
  readonly plus: boolean;
  readonly minus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** Least number of characters; 0 when none is given. */
  readonly width: number;
  readonly precision: number | undefined;
}

const DIRECTIVE = /%([-+ 0]*)(\d{0,3})(\.\d{0,2})?(.)?/gsu;
const VERBS = 'vsdtfFeEgGxXob';
const DOUBLE_VERBS = 'vfFeEgG';

/**
 * Splits a format string into its literal texts and directives; `%%` is a text.
 *
 * @param fail called for what is not supported: the flag `#`, arguments by number, widths given by arguments, rare
 *   verbs
 */
export function readFormat(format: string, fail: (message: string) => never): readonly (string | FormatDirective)[] {
  const parts: (string | FormatDirective)[] = [];
  let end = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const [whole, flags = '', width, precision, verb = ''] = match;
    parts.push(format.slice(end, match.index));
    end = match.index + whole.length;
    if (verb === '%') {
      parts.push('%');
      continue;
    }
    const isHexOfText = (verb === 'x' || verb === 'X') && /[ +]/.test(flags);
    if (verb === '' || !VERBS.includes(verb) || isHexOfText || (flags.includes('+') && verb === 'v')) {
      return fail(`"${whole}" is not supported, verbs are %${[...VERBS].join(' %')}, and flags are - + 0 and a space`);
    }
    parts.push({
      verb,
      plus: flags.includes('+'),
      minus: flags.includes('-'),
      space: flags.includes(' '),
      zero: flags.includes('0') && !flags.includes('-'),
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision.slice(1)),
    });
  }
  parts.push(format.slice(end));
  return parts;
}

/** Writes a value. One of a type that the verb does not take comes out as `%!d(string=x)`. */
export function formatValue(directive: FormatDirective, value: OttlValue): string {
  const { verb } = directive;
  if (value === null) return verb === 'v' ? pad(directive, '<nil>') : `%!${verb}(<nil>)`;
  const text = textOf(directive, value);
  if (text !== undefined) return text;
  return `%!${verb}(${goTypeName(value)}=${textOf({ ...directive, verb: 'v' }, value) ?? ''})`;
}

/** Undefined when the verb does not take values of this type. */
function textOf(directive: FormatDirective, value: OttlValue): string | undefined {
  const { verb } = directive;
  if (typeof value === 'string') return formatText(directive, value);
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? pad(directive, String(value)) : undefined;
  if (typeof value === 'bigint') return formatInt(directive, value);
  if (value instanceof NativeInt) return formatInt(directive, value.value);
  if (typeof value === 'number') {
    if (!isDoubleVerb(verb)) return undefined;
    return padNumber(directive, formatGoDouble(value, verb, directive.precision), Number.isFinite(value));
  }
  if (value instanceof Uint8Array && 'xX'.includes(verb)) return formatHex(directive, value);
  if (value instanceof Id && (verb === 's' || verb === 'v')) return formatText({ ...directive, verb: 's' }, value.hex);
  throw new OttlEvaluationError(`Format: %${verb} of ${typeName(value)} is not supported`);
}

function isDoubleVerb(verb: string): boolean {
  return DOUBLE_VERBS.includes(verb);
}

function formatText(directive: FormatDirective, value: string): string | undefined {
  const { verb, precision } = directive;
  if (verb === 's' || verb === 'v') {
    return pad(directive, precision === undefined ? value : [...value].slice(0, precision).join(''));
  }
  return verb === 'x' || verb === 'X' ? formatHex(directive, encodeGoString(value)) : undefined;
}

function formatHex(directive: FormatDirective, value: Uint8Array): string {
  const bytes = value.subarray(0, directive.precision);
  const hex = toHex(bytes, 0, bytes.length);
  return pad(directive, directive.verb === 'X' ? hex.toUpperCase() : hex);
}

const RADIX: ReadonlyMap<string, number> = new Map([
  ['d', 10],
  ['v', 10],
  ['x', 16],
  ['X', 16],
  ['o', 8],
  ['b', 2],
]);

function formatInt(directive: FormatDirective, value: bigint): string | undefined {
  const { verb, precision } = directive;
  const radix = RADIX.get(verb);
  if (radix === undefined) return undefined;
  const isNegative = value < 0n;
  const digits = (isNegative ? -value : value).toString(radix).padStart(precision ?? 0, '0');
  const written = precision === 0 && value === 0n ? '' : verb === 'X' ? digits.toUpperCase() : digits;
  if (written === '') return pad({ ...directive, zero: false }, '');
  return padNumber(directive, `${isNegative ? '-' : ''}${written}`, precision === undefined);
}

/** Pads a number: zeros go between the sign and the digits. */
function padNumber(directive: FormatDirective, number: string, mayHaveZeros: boolean): string {
  const { plus, space, minus, zero, width } = directive;
  const isNegative = number.startsWith('-');
  const sign = isNegative ? '-' : plus ? '+' : space ? ' ' : number.startsWith('+') ? '+' : '';
  const digits = number.replace(/^[+-]/, '');
  if (zero && !minus && mayHaveZeros) return sign + digits.padStart(width - sign.length, '0');
  return pad({ ...directive, zero: false }, sign + digits);
}

/** Pads to the width, in characters. */
function pad({ minus, zero, width }: FormatDirective, text: string): string {
  const missing = width === 0 ? 0 : Math.max(0, width - [...text].length);
  return minus ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text;
}

/**
 * Writes a double for the verbs `f`, `e` and `g`; `v` is `g`.
 * @param precision undefined for the default of the verb
 */
function formatGoDouble(value: number, verb: string, precision: number | undefined): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const text = `${sign}${unsigned(Math.abs(value), verb.toLowerCase(), precision)}`;
  return verb === 'E' || verb === 'G' ? text.toUpperCase() : text;
}

function unsigned(value: number, verb: string, precision: number | undefined): string {
  if (verb === 'f') return fixed(value, precision ?? 6);
  if (verb === 'e') return goExponent(scientific(value, precision ?? 6));
  return general(value, precision);
}

/** `toFixed` writes an exponent from 1e21 on, where every double is a whole number. */
function fixed(value: number, precision: number): string {
  if (value >= 1e21) return `${BigInt(value)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`;
  return toEven(value.toFixed(precision), isTie(value.toFixed(100).slice(precision - 100)));
}

function scientific(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(precision).split('e');
  const [exact = ''] = value.toExponential(100).split('e');
  return `${toEven(mantissa, isTie(exact.slice(precision - 100)))}e${power}`;
}

/** Whether the digits that are cut off are exactly a half. */
function isTie(cut: string): boolean {
  return /^5?0*$/.test(cut) && cut.startsWith('5');
}

/** Corrects the rounding of a half: JavaScript rounds it up, Go to the even digit. */
function toEven(rounded: string, wasTie: boolean): string {
  const last = Number(rounded.at(-1));
  return wasTie && last % 2 === 1 ? `${rounded.slice(0, -1)}${last - 1}` : rounded;
}

/** The verb `g`: the shortest form, with an exponent below -4 or from the precision on. */
function general(value: number, precision: number | undefined): string {
  const digits = precision === undefined ? undefined : Math.max(1, precision);
  const written = digits === undefined ? value.toExponential() : scientific(value, digits - 1);
  const [mantissa = '', power = '0'] = written.split('e');
  const exponent = Number(power);
  const significant = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  const limit = digits === undefined ? SHORTEST_LIMIT : limitOf(digits, significant.length, exponent);
  if (exponent < -4 || exponent >= limit) {
    const [first = '0', ...rest] = significant;
    return goExponent(`${first}${rest.length === 0 ? '' : `.${rest.join('')}`}e${power}`);
  }
  return fixed(Number(written), Math.max(0, significant.length - 1 - exponent));
}

/** Without a precision Go chooses between the two forms as if the precision were 6 (`strconv.FormatFloat`). */
const SHORTEST_LIMIT = 6;

function limitOf(digits: number, significant: number, exponent: number): number {
  return digits > significant && significant >= exponent + 1 ? significant : digits;
}

/** Go writes at least two digits of the exponent. */
function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function goTypeName(value: OttlValue): string {
  if (typeof value === 'bigint') return 'int64';
  if (value instanceof NativeInt) return 'int';
  if (typeof value === 'number') return 'float64';
  return value instanceof Id ? (value.hex.length === 32 ? 'pcommon.TraceID' : 'pcommon.SpanID') : typeName(value);
}
