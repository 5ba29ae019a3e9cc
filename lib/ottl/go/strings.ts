import { OttlEvaluationError } from '../errors.ts';
import { decodeGoString, encodeGoString, looseByteCount } from './go-string.ts';

/**
 * A part of a text, counted in bytes of UTF-8. With `utf8Safe` no character is cut.
 * @throws {OttlEvaluationError} when the part is empty or not within the text.
 */
export function substring(text: string, start: bigint, length: bigint, utf8Safe: boolean): string {
  if (start < 0n) throw new OttlEvaluationError(`Substring: start ${start} is negative`);
  if (length <= 0n) throw new OttlEvaluationError(`Substring: length ${length} is not positive`);
  const bytes = encodeGoString(text);
  if (start + length > BigInt(bytes.length)) {
    throw new OttlEvaluationError(`Substring: ${start} + ${length} is beyond the ${bytes.length} bytes of the string`);
  }
  let from = Number(start);
  let to = Number(start + length);
  if (utf8Safe) {
    while (from < bytes.length && isContinuation(bytes[from])) from++;
    while (from < to && isContinuation(bytes[to])) to--;
  }
  return decodeGoString(bytes.subarray(from, Math.max(from, to)));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** The text without those of the characters that it starts or ends with (Go's `strings.Trim`). */
export function trimSet(text: string, characters: string): string {
  const set = new Set(characters);
  const all = [...text];
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start] ?? '')) start++;
  while (end > start && set.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Takes away the white space of Unicode at both ends (Go's `strings.TrimSpace`; JavaScript's `trim` takes U+FEFF too). */
export function trimSpace(text: string): string {
  // Not by a pattern that ends with $: one looks from each blank to the end of its run.
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Number of bytes of a text in UTF-8, which is what OTTL counts. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) length += 2;
    else if (unit > 0x7f) length++;
  }
  // Counted as 2 above.
  return length - looseByteCount(text);
}

/*
 * A byte text has one character per byte of UTF-8. Formats that Go reads byte by byte are read from one, so that
 * lengths and escapes are those of bytes.
 */

const NOT_ASCII = /[^\x20-\x7e]/;

export function toByteText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return Array.from(encodeGoString(text), (byte) => String.fromCharCode(byte)).join('');
}

export function fromByteText(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  return decodeGoString(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}

/** `some_name`, `some.name-x` → `SomeNameX` (Go package strcase, `ToCamel`). */
export function toCamel(text: string): string {
  const trimmed = text.trim();
  if (trimmed === 'ID') return 'Id';
  let camel = '';
  let raiseNext = true;
  let afterCapital = false;
  for (const character of trimmed) {
    const kind = kindOf(character);
    if (kind === 'low') camel += raiseNext ? character.toUpperCase() : character;
    else if (kind === 'capital') camel += afterCapital && !raiseNext ? character.toLowerCase() : character;
    else if (kind === 'digit') camel += character;
    raiseNext = kind === 'digit' || kind === 'divider';
    afterCapital = kind === 'capital';
  }
  return camel;
}

/** `someName`, `JSONData 2` → `some_name`, `json_data_2` (Go package strcase, `ToSnake`). */
export function toSnake(text: string): string {
  const characters = [...text.trim()];
  let snake = '';
  for (const [i, character] of characters.entries()) {
    const kind = kindOf(character);
    const next = kindOf(characters[i + 1] ?? '');
    const before = kindOf(characters[i - 1] ?? '');
    const written = kind === 'capital' ? character.toLowerCase() : kind === 'divider' ? '_' : character;
    const endsAcronym = kind === 'capital' && next === 'low' && before === 'capital';
    const endsWord =
      (kind === 'capital' && next === 'digit') ||
      (kind === 'low' && (next === 'capital' || next === 'digit')) ||
      (kind === 'digit' && (next === 'capital' || next === 'low'));
    snake += `${endsAcronym ? '_' : ''}${written}${endsWord ? '_' : ''}`;
  }
  return snake;
}

function kindOf(character: string): 'low' | 'capital' | 'digit' | 'divider' | 'other' {
  if (character >= 'a' && character <= 'z') return 'low';
  if (character >= 'A' && character <= 'Z') return 'capital';
  if (character >= '0' && character <= '9') return 'digit';
  return character === '_' || character === ' ' || character === '-' || character === '.' ? 'divider' : 'other';
}

/** Whether the last digit of a number is the check digit of those before it (Luhn); blanks do not count. */
export function isValidLuhn(text: string): boolean {
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

/** Shorter ones are found fast enough by the engine, whose search takes the product of both lengths at worst. */
const SHORT = 32;

/** `text.indexOf(wanted, from)`, in time linear in both, whatever they are (Knuth, Morris and Pratt). */
export function findText(text: string, wanted: string, from = 0): number {
  if (wanted.length <= SHORT) return text.indexOf(wanted, from);
  const borders = bordersOf(wanted);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && wanted.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (wanted.charCodeAt(matched) === unit) matched++;
    if (matched === wanted.length) return at - matched + 1;
  }
  return -1;
}

/** For each beginning of the text, how long the longest shorter beginning is with which it ends. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let border = 0;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (border > 0 && text.charCodeAt(border) !== unit) border = borders[border - 1] ?? 0;
    if (text.charCodeAt(border) === unit) border++;
    borders[at] = border;
  }
  return borders;
}

/** Cuts a text at each delimiter; without one into its characters (Go's `strings.Split`). */
export function splitText(text: string, delimiter: string): readonly string[] {
  if (delimiter === '') return [...text];
  if (delimiter.length > text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = findText(text, delimiter); at >= 0; at = findText(text, delimiter, from)) {
    parts.push(text.slice(from, at));
    from = at + delimiter.length;
  }
  parts.push(text.slice(from));
  return parts;
}
