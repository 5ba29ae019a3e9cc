import { compareText } from './compare-text.ts';
import { base64 } from './formats/base64.ts';
import { formatRfc3339 } from './go/calendar.ts';
import { withoutLooseBytes } from './go/go-string.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { Duration, Id, isList, isMap, NativeInt, NativeList, Opaque, type OttlValue, Time } from './runtime/value.ts';

/** A value as JSON, with the keys of maps in the order of their escaped text and `<`, `>`, `&` escaped, as Go's encoders write it. */
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

/** The Collector's encoder sees nothing of telemetry within a list literal. */
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
