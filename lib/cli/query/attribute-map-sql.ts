/**
 * DuckDB expressions for OTLP attributes, with the meaning that they have in the Athena view: values as text, the first
 * value of a key that occurs twice, arrays and key-value lists as JSON text one level deep (deeper values: `traces_raw`).
 * Empty ones are `[]` and `{}`, also where OTLP/JSON leaves their `values` out.
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
  const array = listText(`${value}.arrayValue`, leafText('e'), '[]');
  const pair = `{'key': e.key, 'value': ${leafText('e.value')}}`;
  const keyValues = listText(`${value}.kvlistValue`, pair, '{}');
  return `coalesce(${scalarTexts(value)}, ${array}, ${keyValues}, ${value}.bytesValue)`;
}

function leafText(value: string): string {
  return `coalesce(${scalarTexts(value)}, ${value}.bytesValue)`;
}

function scalarTexts(value: string): string {
  return `${value}.stringValue, CAST(${value}.boolValue AS VARCHAR), ${value}.intValue, ${value}.doubleValue`;
}

/** NULL when the value is no such list. */
function listText(list: string, element: string, empty: string): string {
  const values = `${list}.values`;
  const elements = `CAST(to_json(list_transform(${values}, lambda e: ${element})) AS VARCHAR)`;
  return `CASE WHEN len(${values}) > 0 THEN ${elements} WHEN ${list} IS NOT NULL THEN '${empty}' END`;
}
