import { toHex } from '../../otlp/hex.ts';
import { type FormatDirective, isDoubleVerb } from '../format-directives.ts';
import { formatGoDouble } from '../format-go-double.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { Id, NativeInt, type OttlValue, typeName } from '../runtime/value.ts';
import { encodeGoString } from './go-string.ts';

/** Writes a value as Go's `fmt.Sprintf` does; one that the verb is not for comes out as `%!d(string=x)`. */
export function formatValue(directive: FormatDirective, value: OttlValue): string {
  const { verb } = directive;
  if (value === null) return verb === 'v' ? pad(directive, '<nil>') : `%!${verb}(<nil>)`;
  const text = textOf(directive, value);
  if (text !== undefined) return text;
  return `%!${verb}(${goTypeName(value)}=${textOf({ ...directive, verb: 'v' }, value) ?? ''})`;
}

/** Undefined when the verb is not for values of this type. */
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

/** With a sign if one is asked for, which zeros come behind. */
function padNumber(directive: FormatDirective, number: string, mayHaveZeros: boolean): string {
  const { plus, space, minus, zero, width } = directive;
  const isNegative = number.startsWith('-');
  const sign = isNegative ? '-' : plus ? '+' : space ? ' ' : number.startsWith('+') ? '+' : '';
  const digits = number.replace(/^[+-]/, '');
  if (zero && !minus && mayHaveZeros) return sign + digits.padStart(width - sign.length, '0');
  return pad({ ...directive, zero: false }, sign + digits);
}

/** To a number of characters. */
function pad({ minus, zero, width }: FormatDirective, text: string): string {
  const missing = width === 0 ? 0 : Math.max(0, width - [...text].length);
  return minus ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text;
}

function goTypeName(value: OttlValue): string {
  if (typeof value === 'bigint') return 'int64';
  if (value instanceof NativeInt) return 'int';
  if (typeof value === 'number') return 'float64';
  return value instanceof Id ? (value.hex.length === 32 ? 'pcommon.TraceID' : 'pcommon.SpanID') : typeName(value);
}
