import type { ParquetWriter } from 'hyparquet-writer';
import type { DataType } from '../tables/data-type.ts';

/** An element of a schema, as the writer takes it. */
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** The schema of a Parquet file with these columns; all of them may be NULL. */
export function parquetSchema(columns: readonly { readonly name: string; readonly type: DataType }[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ name, type }) => elements(name, type))];
}

type Scalar = Extract<DataType, string>;

const SCALARS: Readonly<Record<Scalar, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT32' },
  bigint: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  // Without a time zone, as a Hive timestamp is; readers would make another type of one that is adjusted to UTC.
  timestamp: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' } },
};

/** In the shapes of the Parquet specification, "Nested Types". */
function elements(name: string, type: DataType): SchemaElement[] {
  const base = { name, repetition_type: 'OPTIONAL' } as const;
  if (typeof type === 'string') return [{ ...base, ...SCALARS[type] }];
  if ('list' in type) {
    return [
      { ...base, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elements('element', type.list),
    ];
  }
  if ('mapOfTextTo' in type) {
    return [
      { ...base, converted_type: 'MAP', num_children: 1 },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', ...SCALARS.text },
      ...elements('value', type.mapOfTextTo),
    ];
  }
  return [{ ...base, num_children: type.fields.length }, ...type.fields.flatMap((one) => elements(one.name, one.type))];
}
