/**
 * Trino expressions for OTLP attributes: values as text, the first value of a key that occurs twice, arrays and
 * key-value lists as JSON text one level deep. Empty ones are `[]` and `{}`, also where OTLP/JSON leaves their `values` out.
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
  const pair = `CAST(ROW(e.key, ${leafText('e.value')}) AS ROW(key varchar, value varchar))`;
  const array = listText(`${value}.arrayvalue`, leafText('e'), '[]');
  const keyValues = listText(`${value}.kvlistvalue`, pair, '{}');
  return `coalesce(${scalarTexts(value)}, ${array}, ${keyValues}, ${value}.bytesvalue)`;
}

/** NULL when the value is not such a list. */
function listText(list: string, element: string, empty: string): string {
  const values = `${list}."values"`;
  const elements = `json_format(CAST(transform(${values}, e -> ${element}) AS json))`;
  return `CASE WHEN cardinality(${values}) > 0 THEN ${elements} WHEN ${list} IS NOT NULL THEN '${empty}' END`;
}

function leafText(value: string): string {
  return `coalesce(${scalarTexts(value)}, ${value}.bytesvalue)`;
}

function scalarTexts(value: string): string {
  return `${value}.stringvalue, CAST(${value}.boolvalue AS varchar), ${value}.intvalue, ${value}.doublevalue`;
}
