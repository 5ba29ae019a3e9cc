import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { shown } from '../shown.ts';

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)(?:inf|infinity)$/i;

/** Reads an int64 with the digits of a base from 2 to 36 (Go's `strconv.ParseInt`). */
export function parseGoInt(text: string, base: number): bigint {
  const digits = text.replace(/^[+-]/, '').toLowerCase();
  if (digits === '') throw new OttlEvaluationError(`${shown(text)} is not a whole number`);
  let value = 0n;
  for (const digit of digits) {
    const amount = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit);
    if (amount < 0 || amount >= base) throw new OttlEvaluationError(`${shown(text)} is not a whole number`);
    value = value * BigInt(base) + BigInt(amount);
    if (value > 2n ** 63n) break;
  }
  const signed = text.startsWith('-') ? -value : value;
  if (signed !== BigInt.asIntN(64, signed)) throw new OttlEvaluationError(`${shown(text)} does not fit into 64 bits`);
  return signed;
}

const LITERAL = /^([+-]?)(?:0[xX]((?:_?[\da-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|([1-9](?:_?\d)*|0))$/;

/** Reads an int64 as it is written in Go: `0x1f`, `0b11`, `0o17`, `017`, `1_000` (`strconv.ParseInt` with base 0). */
export function parseGoIntLiteral(text: string): bigint {
  const [, sign = '', hex, binary, octal, decimal] = LITERAL.exec(text) ?? [];
  const digits = hex ?? binary ?? octal ?? decimal ?? '';
  const base = hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10;
  return parseGoInt(`${sign}${digits.replaceAll('_', '')}`, base);
}

/** Reads a double (Go's `strconv.ParseFloat`, without hexadecimal ones). */
export function parseGoFloat(text: string): number {
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new OttlEvaluationError(`${shown(text)} is not a number`);
  return value;
}

/** Reads a bool (Go's `strconv.ParseBool`). */
export function parseGoBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new OttlEvaluationError(`${shown(text)} is neither true nor false`);
}
