import { type AthenaClient, type ColumnInfo, paginateGetQueryResults, type Row } from '@aws-sdk/client-athena';
import { escapeForTerminal } from '../../../terminal/show.ts';
import type { PlainValue, QueryResult, ResultColumn } from '../query-result.ts';
import type { EndedQuery } from './run-query.ts';

/** What Athena says of a value: always a text, or nothing for NULL. */
export type AthenaValue = string | undefined;

const INTEGERS: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'integer', 'int', 'bigint']);
const FRACTIONS: ReadonlySet<string> = new Set(['float', 'real', 'double', 'decimal']);

/** A column of an answer. @param type as Athena names it, without parameters: `bigint`, `timestamp with time zone` */
function athenaColumn(name: string, type: string): ResultColumn<AthenaValue> {
  return {
    name,
    isNumeric: INTEGERS.has(type) || FRACTIONS.has(type),
    isDouble: FRACTIONS.has(type) && type !== 'decimal',
    toText: (value) => (value === undefined ? 'NULL' : escapeForTerminal(value)),
    toPlain: (value) => (value === undefined ? null : plainValue(type, value)),
  };
}

/** As the local archive's are written. Lists, maps and rows stay the text that Athena makes of them, which cannot be read back. */
function plainValue(type: string, text: string): PlainValue {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (INTEGERS.has(type)) return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  if (FRACTIONS.has(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'timestamp' || type === 'timestamp with time zone') return isoTime(text);
  return text;
}

/** `2026-09-15 07:12:33.123`, in UTC as all times of the archive are, as `2026-09-15T07:12:33.123Z`; another zone stays. */
function isoTime(text: string): string {
  return text.replace(/^(\S+) ([\d:.]+)(?: (?:UTC|Z|\+00:00))?$/, '$1T$2Z');
}

type Page = { readonly columns: readonly ColumnInfo[]; readonly rows: readonly Row[] };

/** The answer of a query that succeeded. The first page is there, the others come as the batches are read; not after an abort. */
export async function athenaResult(
  client: AthenaClient,
  query: EndedQuery,
  signal: AbortSignal,
): Promise<QueryResult<AthenaValue>> {
  const pages = readPages(client, query.id, signal);
  const first = await pages.next();
  const { columns, rows } = first.done ? { columns: [], rows: [] } : first.value;
  const isTable = query.statementType === 'DML';
  const names = columns.map(({ Name = '' }) => Name);
  return {
    columns: columns.map(({ Name = '', Type = '' }) => athenaColumn(Name, Type.toLowerCase())),
    batches: batches(isTable || isHeader(rows[0], names) ? rows.slice(1) : rows, pages, names.length),
    isText: !isTable && names.length === 1,
  };
}

async function* batches(first: readonly Row[], pages: AsyncGenerator<Page>, width: number) {
  yield first.map((row) => values(row, width));
  for await (const { rows } of pages) yield rows.map((row) => values(row, width));
}

async function* readPages(client: AthenaClient, id: string, abortSignal: AbortSignal): AsyncGenerator<Page> {
  const pages = paginateGetQueryResults({ client }, { QueryExecutionId: id }, { abortSignal });
  for await (const { ResultSet } of pages) {
    yield { columns: ResultSet?.ResultSetMetadata?.ColumnInfo ?? [], rows: ResultSet?.Rows ?? [] };
  }
}

/** The first row of a table repeats the names of its columns. What SHOW and the like answer has such a row only sometimes. */
function isHeader(row: Row | undefined, names: readonly string[]): boolean {
  return row !== undefined && values(row, names.length).every((value, index) => value === names[index]);
}

/** DESCRIBE puts all columns into one text, separated by tabs and filled up with spaces. */
function values({ Data = [] }: Row, width: number): AthenaValue[] {
  const [only] = Data;
  if (Data.length === 1 && width > 1) return only?.VarCharValue?.split('\t').map((text) => text.trim()) ?? [];
  return Data.map(({ VarCharValue }) => VarCharValue);
}
