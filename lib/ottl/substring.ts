import { decodeGoString, encodeGoString } from './go/go-string.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';

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
