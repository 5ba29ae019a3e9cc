import { OttlEvaluationError } from '../errors.ts';
import { withoutLooseBytes } from '../go/go-string.ts';
import { Duration, formatRfc3339, Time } from '../go/time.ts';
import { compareText } from '../runtime/compare.ts';
import { Id, isList, isMap, NativeInt, NativeList, Opaque, type OttlValue } from '../runtime/value.ts';
import { MAX_DATA_DEPTH } from '../runtime/work.ts';
import { base64 } from './encodings.ts';

/**
 * A value as JSON, as Go's `encoding/json` writes it: `<`, `>` and `&` are escaped, and the keys of maps are sorted by
 * their escaped text.
 * @throws {OttlEvaluationError} for NaN and infinite numbers
 */
export function jsonText(value: OttlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof NativeInt) return String(value.value);
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (value instanceof Duration) return String(value.nanos);
  if (value instanceof Time) return `"${formatRfc3339(value)}"`;
  if (value instanceof Id)
    return `[${(value.hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(',')}]`;
  if (value instanceof Opaque) return '{}';
  if (isMap(value)) {
    const entries = [...value].map(([key, item]) => [quoted(key), item] as const);
    entries.sort(([a], [b]) => compareText(a, b));
    return `{${entries.map(([key, item]) => `${key}:${jsonText(item)}`).join(',')}}`;
  }
  if (value instanceof NativeList) return `[${value.items.map(nativeItemText).join(',')}]`;
  return `[${value.map(jsonText).join(',')}]`;
}

/** An item of a Go list. Lists and maps of telemetry in it are `{}`: Go's encoder sees none of their private fields. */
function nativeItemText(item: OttlValue): string {
  return isMap(item) || isList(item) ? '{}' : jsonText(item);
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new OttlEvaluationError('JSON has no infinite numbers and no NaN');
  return Object.is(value, -0) ? '-0' : String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

const ESCAPED = /[<>&\u2028\u2029]/g;

function quoted(text: string): string {
  return JSON.stringify(withoutLooseBytes(text)).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Parses a JSON object or array. Every number is a double.
 * @throws {OttlEvaluationError} for other values, and below {@link MAX_DATA_DEPTH} levels
 */
export function parseJson(text: string): OttlValue {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null) {
    throw new OttlEvaluationError('ParseJSON: expected a JSON object or array');
  }
  return toValue(parsed, 1);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OttlEvaluationError('ParseJSON: the string is not valid JSON');
  }
}

function toValue(json: unknown, depth: number): OttlValue {
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') {
    if (Number.isFinite(json)) return json;
    throw new OttlEvaluationError('ParseJSON: a number is too large');
  }
  if (typeof json !== 'object' || json === null) return null;
  if (depth > MAX_DATA_DEPTH) throw new OttlEvaluationError(`ParseJSON: more than ${MAX_DATA_DEPTH} levels deep`);
  if (Array.isArray(json)) return json.map((item) => toValue(item, depth + 1));
  return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value, depth + 1)] as const));
}
