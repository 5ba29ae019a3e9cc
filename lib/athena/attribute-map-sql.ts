/**
 * Trino expressions for OTLP attributes: values as text, the first value of a key that occurs twice, arrays and
 * key-value lists as JSON text one level deep.
 */

/**
 * `map(varchar, varchar)` of a list of attributes; empty when there are none. `map_from_entries` would fail the whole
 * query on a key that occurs twice.
 */
export function attributeMap(attributes: string): string {
  const named = `filter(coalesce(${attributes}, ARRAY[]), x -> x.key IS NOT NULL)`;
  const entries = `transform(${named}, x -> ROW(x.key, ${anyValueText('x.value')}))`;
  return `transform_values(multimap_from_entries(${entries}), (k, v) -> element_at(v, 1))`;
}

function anyValueText(value: string): string {
  const array = `transform(${value}.arrayvalue."values", e -> ${leafText('e')})`;
  const pair = `CAST(ROW(e.key, ${leafText('e.value')}) AS ROW(key varchar, value varchar))`;
  const keyValues = `transform(${value}.kvlistvalue."values", e -> ${pair})`;
  const lists = `json_format(CAST(${array} AS json)), json_format(CAST(${keyValues} AS json))`;
  return `coalesce(${scalarTexts(value)}, ${lists}, ${value}.bytesvalue)`;
}

function leafText(value: string): string {
  return `coalesce(${scalarTexts(value)}, ${value}.bytesvalue)`;
}

function scalarTexts(value: string): string {
  return `${value}.stringvalue, CAST(${value}.boolvalue AS varchar), ${value}.intvalue, ${value}.doublevalue`;
}
