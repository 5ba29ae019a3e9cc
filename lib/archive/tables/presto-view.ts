import type { Column } from './columns.ts';

/** What Athena stores of a view, in base64, beside its columns. */
export interface PrestoViewDocument {
  readonly originalSql: string;
  readonly catalog: string;
  readonly schema: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Parameters of a Glue table that is a view: without both of them Athena treats it as a view of Hive. */
export const PRESTO_VIEW_PARAMETERS: Readonly<Record<string, string>> = {
  presto_view: 'true',
  comment: 'Presto View',
};

export const PRESTO_VIEW_EXPANDED_TEXT = '/* Presto View */';

/** The name by which Athena knows the Glue catalogue of the account. */
const ATHENA_CATALOG = 'awsdatacatalog';

export function prestoViewDocument(sql: string, databaseName: string, columns: readonly Column[]): PrestoViewDocument {
  return {
    originalSql: sql,
    catalog: ATHENA_CATALOG,
    schema: databaseName,
    columns: columns.map(({ name, trinoType }) => ({ name, type: trinoType })),
  };
}

/** `ViewOriginalText` of the Glue table. @param base64 the document as JSON in base64 */
export function prestoViewText(base64: string): string {
  return `/* Presto View: ${base64} */`;
}
