import { type DataType, duckDbType, glueType, trinoType } from './data-type.ts';

/** A column of a table or view. */
export interface Column {
  readonly name: string;
  readonly type: DataType;
  /** The type as a Glue table spells it. */
  readonly glueType: string;
  /** The type as Trino, and so Athena's view document, spells it. */
  readonly trinoType: string;
  /** The type as DuckDB spells it. */
  readonly duckDbType: string;
  /** One sentence for the reader, with the unit; Glue stores up to 255 characters. */
  readonly meaning: string;
}

export function column(name: string, type: DataType, meaning: string): Column {
  return {
    name,
    type,
    glueType: glueType(type),
    trinoType: trinoType(type),
    duckDbType: duckDbType(type),
    meaning,
  };
}

/** Their names as a list in SQL. */
export function names(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}
