import { OttlEvaluationError } from './ottl-evaluation-error.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 with padding (RFC 4648, section 4). */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(group >> shift) & 63]);
    text += digits
      .join('')
      .slice(0, Math.min(4, bytes.length - i + 1))
      .padEnd(4, '=');
  }
  return text;
}

/**
 * Reads base64 in one of the Collector's variants: `base64`, `base64-raw` without padding, and both with `-url`. Line
 * ends are left out.
 */
export function decodeBase64(text: Uint8Array, variant: string): Uint8Array {
  const characters = String.fromCharCode(...text).replace(/[\r\n]/g, '');
  const isUrl = variant.includes('url');
  const digits = variant.includes('raw') ? characters : characters.replace(/={1,2}$/, '');
  const isPadded = variant.includes('raw') || characters.length % 4 === 0;
  const isValid = isPadded && digits.length % 4 !== 1 && (isUrl ? /^[\w-]*$/ : /^[A-Za-z0-9+/]*$/).test(digits);
  if (!isValid) throw new OttlEvaluationError('Decode: this is not base64');
  const standard = digits.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = new Uint8Array(Math.floor((standard.length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (const [i, digit] of [...standard].entries()) {
    bits = ((bits << 6) | DIGITS.indexOf(digit)) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}
