import { ContentTable } from '../../otlp/content-table.ts';
import { booleanAt, type JsonObject, objectAt, objectsAt, textAt } from './json-fields.ts';

/** One entry of a map column. */
export interface TextEntry {
  readonly key: string;
  readonly value: string | null;
}

/**
 * The attributes of OTLP/JSON as the views have them (`lib/archive/tables/attribute-map-sql.ts`): values as text, the first value
 * of a key that occurs twice, arrays and key-value lists as JSON text one level deep. Empty ones are `[]` and `{}`, also
 * where their `values` are left out.
 *
 * @throws {UnreadableError}
 */
export function attributeTexts(attributes: readonly JsonObject[] | undefined): TextEntry[] {
  const texts: TextEntry[] = [];
  const keys = new ContentTable();
  for (const attribute of attributes ?? []) {
    const key = textAt(attribute, 'key');
    if (key === null || !keys.addText(key)) continue;
    const value = objectAt(attribute, 'value');
    texts.push({ key, value: value === undefined ? null : valueText(value) });
  }
  return texts;
}

/** The value of the first of these keys that has one. */
export function textOf(entries: readonly TextEntry[], ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = entries.find((entry) => entry.key === key)?.value ?? null;
    if (value !== null) return value;
  }
  return null;
}

function valueText(value: JsonObject): string | null {
  return scalarText(value) ?? arrayText(value) ?? keyValuesText(value) ?? textAt(value, 'bytesValue');
}

function scalarText(value: JsonObject): string | null {
  const bool = booleanAt(value, 'boolValue');
  return (
    textAt(value, 'stringValue') ??
    (bool === null ? null : String(bool)) ??
    textAt(value, 'intValue') ??
    textAt(value, 'doubleValue')
  );
}

function leafText(value: JsonObject | undefined): string | null {
  return value === undefined ? null : (scalarText(value) ?? textAt(value, 'bytesValue'));
}

function arrayText(value: JsonObject): string | null {
  const array = objectAt(value, 'arrayValue');
  return array === undefined ? null : jsonText((objectsAt(array, 'values') ?? []).map(leafText));
}

function keyValuesText(value: JsonObject): string | null {
  const list = objectAt(value, 'kvlistValue');
  if (list === undefined) return null;
  const pairs = objectsAt(list, 'values') ?? [];
  if (pairs.length === 0) return '{}';
  return jsonText(pairs.map((pair) => ({ key: textAt(pair, 'key'), value: leafText(objectAt(pair, 'value')) })));
}

/** JSON as Trino's `json_format` spells it: upper-case hex, and escapes for what needs two UTF-16 units. */
function jsonText(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/\\(?:u([\da-f]{4})|.)/g, (all, hex?: string) => (hex === undefined ? all : `\\u${hex.toUpperCase()}`))
    .replaceAll(/[\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
