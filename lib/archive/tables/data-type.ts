/** The type of a column or of a field inside one, for every dialect that describes the archive. */
export type DataType =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'timestamp'
  | { readonly list: DataType }
  | { readonly mapOfTextTo: DataType }
  | { readonly fields: readonly Field[] };

/** Names are in lower case: Glue has no others. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
}

type ScalarName = Extract<DataType, string>;

interface Dialect {
  readonly scalars: Readonly<Record<ScalarName, string>>;
  list(element: string): string;
  map(value: string): string;
  struct(fields: readonly { readonly name: string; readonly type: string }[]): string;
}

const GLUE: Dialect = {
  scalars: {
    text: 'string',
    boolean: 'boolean',
    integer: 'int',
    bigint: 'bigint',
    double: 'double',
    timestamp: 'timestamp',
  },
  list: (element) => `array<${element}>`,
  map: (value) => `map<string,${value}>`,
  struct: (fields) => `struct<${fields.map(({ name, type }) => `${name}:${type}`).join(',')}>`,
};

const TRINO: Dialect = {
  scalars: {
    text: 'varchar',
    boolean: 'boolean',
    integer: 'integer',
    bigint: 'bigint',
    double: 'double',
    timestamp: 'timestamp(3)',
  },
  list: (element) => `array(${element})`,
  map: (value) => `map(varchar,${value})`,
  struct: (fields) => `row(${fields.map(({ name, type }) => `"${name}" ${type}`).join(',')})`,
};

const DUCKDB: Dialect = {
  scalars: {
    text: 'VARCHAR',
    boolean: 'BOOLEAN',
    integer: 'INTEGER',
    bigint: 'BIGINT',
    double: 'DOUBLE',
    timestamp: 'TIMESTAMP',
  },
  list: (element) => `${element}[]`,
  map: (value) => `MAP(VARCHAR, ${value})`,
  struct: (fields) => `STRUCT(${fields.map(({ name, type }) => `${duckDbName(name)} ${type}`).join(', ')})`,
};

/** As a Glue table spells the type. */
export function glueType(type: DataType): string {
  return spell(type, GLUE);
}

/** As Trino, and so Athena's view document, spells the type. */
export function trinoType(type: DataType): string {
  return spell(type, TRINO);
}

/** As DuckDB's DESCRIBE spells the type. */
export function duckDbType(type: DataType): string {
  return spell(type, DUCKDB);
}

function spell(type: DataType, dialect: Dialect): string {
  if (typeof type === 'string') return dialect.scalars[type];
  if ('list' in type) return dialect.list(spell(type.list, dialect));
  if ('mapOfTextTo' in type) return dialect.map(spell(type.mapOfTextTo, dialect));
  return dialect.struct(type.fields.map((field) => ({ name: field.name, type: spell(field.type, dialect) })));
}

/** DuckDB quotes `name` in its descriptions, one of its keywords. */
function duckDbName(name: string): string {
  return name === 'name' ? `"${name}"` : name;
}
