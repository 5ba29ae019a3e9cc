import { OttlEvaluationError } from '../errors.ts';
import { trimSpace } from '../go/strings.ts';
import { compareText } from '../runtime/compare.ts';
import type { OttlMap, OttlValue } from '../runtime/value.ts';
import { base64 } from './encodings.ts';
import { jsonText } from './json.ts';

/**
 * Parses `a=1 b="x y"`. Delimiters inside of single or double quotes are part of the value; a backslash keeps a quote.
 * @throws {OttlEvaluationError} for an empty text, a pair without the delimiter, and a quote that is not closed
 */
export function parseKeyValues(text: string, delimiter: string, pairDelimiter: string): OttlMap {
  if (text === '') throw new OttlEvaluationError('ParseKeyValue: the string is empty');
  const result = new Map<string, string>();
  for (const pair of splitPairs(text, pairDelimiter)) {
    const at = pair.indexOf(delimiter);
    if (at < 0) throw new OttlEvaluationError(`ParseKeyValue: there is no ${JSON.stringify(delimiter)} in a pair`);
    result.set(trimSpace(pair.slice(0, at)), trimSpace(pair.slice(at + delimiter.length)));
  }
  return result;
}

function splitPairs(text: string, pairDelimiter: string): readonly string[] {
  const pairs: string[] = [];
  let current = '';
  let quote = '';
  let isEscaped = false;
  for (let at = 0; at < text.length; at++) {
    if (quote === '' && text.startsWith(pairDelimiter, at)) {
      if (current !== '') pairs.push(current);
      current = '';
      at += pairDelimiter.length - 1;
      continue;
    }
    const character = text.charAt(at);
    if (isEscaped) isEscaped = false;
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      continue;
    } else if (character === quote) {
      quote = '';
      continue;
    } else isEscaped = character === '\\';
    current += character;
  }
  if (quote !== '') throw new OttlEvaluationError('ParseKeyValue: a quote is not closed');
  return current === '' ? pairs : [...pairs, current];
}

/**
 * Writes a map as {@link parseKeyValues} reads it.
 * @param isSorted whether pairs are in the order of their keys instead of that of the map
 */
export function keyValueText(map: OttlMap, delimiter: string, pairDelimiter: string, isSorted: boolean): string {
  const quoted = (text: string) => {
    const escaped = text.replaceAll('"', '\\"');
    return escaped.includes(pairDelimiter) || escaped.includes(delimiter) ? `"${escaped}"` : escaped;
  };
  const entries = isSorted ? [...map].toSorted(([a], [b]) => compareText(a, b)) : [...map];
  return entries.map(([key, value]) => `${quoted(key)}${delimiter}${quoted(asText(value))}`).join(pairDelimiter);
}

function asText(value: OttlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return base64(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return jsonText(value);
}
