import { OttlSyntaxError } from './errors.ts';

const MAX_INT64 = 2n ** 63n - 1n;

/** An integer as OTTL reads it: a leading 0 makes it octal (Go's `strconv.ParseInt` with base 0). */
export function parseInt64(text: string, at: number): bigint {
  const isOctal = text.length > 1 && text.startsWith('0');
  if (isOctal && !/^[0-7]+$/.test(text)) {
    throw new OttlSyntaxError(`${text} is no octal number, which a leading 0 means`, at);
  }
  const value = isOctal ? BigInt(`0o${text}`) : BigInt(text);
  if (value > MAX_INT64) throw new OttlSyntaxError(`${text} does not fit into 64 bits`, at);
  return value;
}

export function parseFloat64(text: string, at: number): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new OttlSyntaxError(`${text} is too large for a number`, at);
  return value;
}

/** Bytes written as `0x0a1b`. */
export function parseBytes(text: string, at: number): Uint8Array {
  const digits = text.slice(2);
  if (digits.length % 2 !== 0) {
    throw new OttlSyntaxError(`bytes have an even number of hexadecimal digits, got ${text}`, at);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
