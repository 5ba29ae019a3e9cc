/**
 * DuckDB expressions for OTLP attributes, with the meaning that they have in the Athena view: values as text, the first
 * value of a key that occurs twice, arrays and key-value lists as JSON text one level deep (deeper values: `traces_raw`).
 */

const SCALAR = { stringValue: 'VARCHAR', boolValue: 'BOOLEAN', intValue: 'VARCHAR', doubleValue: 'VARCHAR' };
const LEAF = { ...SCALAR, bytesValue: 'VARCHAR' };

/** Shape of a list of attributes for DuckDB's `json_transform`, which turns whatever does not fit into NULL. */
export const ATTRIBUTES_SHAPE = [
  {
    key: 'VARCHAR',
    value: {
      ...LEAF,
      arrayValue: { values: [LEAF] },
      kvlistValue: { values: [{ key: 'VARCHAR', value: LEAF }] },
    },
  },
];

/** `MAP(VARCHAR, VARCHAR)` of the attributes; empty when there are none. */
export function attributeMap(attributes: string): string {
  const named = `list_filter(coalesce(${attributes}, []), lambda x: x.key IS NOT NULL)`;
  const keys = `list_transform(${named}, lambda x: x.key)`;
  // A map refuses a key twice. Looking for the first of each is quadratic, so it happens only where it must.
  const firstOfEach = `list_filter(${named}, lambda x, i: list_position(${keys}, x.key) = i)`;
  return `CASE WHEN len(${keys}) = len(list_distinct(${keys}))
    THEN ${mapOfUnique(named)} ELSE ${mapOfUnique(firstOfEach)} END`;
}

function mapOfUnique(attributes: string): string {
  return `map_from_entries(list_transform(${attributes}, lambda x: {'key': x.key, 'value': ${anyValueText('x.value')}}))`;
}

function anyValueText(value: string): string {
  const array = `list_transform(${value}.arrayValue.values, lambda e: ${leafText('e')})`;
  const keyValues = `list_transform(${value}.kvlistValue.values, lambda e: {'key': e.key, 'value': ${leafText('e.value')}})`;
  return `coalesce(${scalarTexts(value)}, ${jsonText(array)}, ${jsonText(keyValues)}, ${value}.bytesValue)`;
}

function leafText(value: string): string {
  return `coalesce(${scalarTexts(value)}, ${value}.bytesValue)`;
}

function scalarTexts(value: string): string {
  return `${value}.stringValue, CAST(${value}.boolValue AS VARCHAR), ${value}.intValue, ${value}.doubleValue`;
}

// to_json makes the word "null" of NULL, which would hide the bytes after it.
function jsonText(list: string): string {
  return `CASE WHEN ${list} IS NOT NULL THEN CAST(to_json(${list}) AS VARCHAR) END`;
}
