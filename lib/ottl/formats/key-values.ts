import { mapFor } from '../../otlp/content-table.ts';
import { OttlEvaluationError } from '../errors.ts';
import { trimSpace } from '../go/strings.ts';
import { compareText } from '../runtime/compare.ts';
import { isMap, type OttlMap, type OttlValue } from '../runtime/value.ts';
import { base64 } from './base64.ts';
import { jsonText } from './json.ts';

/** Makes a map of a list: keys and values are found in each item under a path, or are its position and itself. */
export function sliceToMap(
  list: readonly OttlValue[],
  keyPath: readonly string[] | undefined,
  valuePath: readonly string[] | undefined,
): OttlMap {
  let map = new Map<string, OttlValue>();
  for (const [i, item] of list.entries()) {
    const key = keyPath === undefined ? String(i) : valueAt(item, keyPath);
    if (typeof key !== 'string') throw new OttlEvaluationError(`SliceToMap: the key of item ${i} is no string`);
    map = mapFor(map, key);
    map.set(key, valuePath === undefined ? item : valueAt(item, valuePath));
  }
  return map;
}

function valueAt(item: OttlValue, path: readonly string[]): OttlValue {
  let value: OttlValue | undefined = item;
  for (const key of path) value = value !== undefined && isMap(value) ? value.get(key) : undefined;
  if (value === undefined || path.length === 0) {
    throw new OttlEvaluationError(`SliceToMap: there is nothing under ${JSON.stringify(path)}`);
  }
  return value;
}

/** Reads `a=1 b="x y"`. Quotes, double or single, keep what separates pairs; within them a backslash keeps a quote. */
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

/** Writes what {@link parseKeyValues} reads, in the order of the map or of its keys. */
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
