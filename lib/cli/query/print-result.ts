import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { DuckDBTypeId, StatementType } from '@duckdb/node-api';
import { toCellText, visible } from './cell-text.ts';
import type { Output } from './output.ts';
import { toPlainValue } from './plain-value.ts';
import { renderTable } from './table.ts';

const NUMERIC = new Set<DuckDBTypeId>([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

/** One JSON object per row and line, as they come. */
export async function printJsonLines(result: DuckDBResult, output: Output): Promise<void> {
  const names = result.deduplicatedColumnNames();
  for await (const rows of result.yieldRows()) {
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(names.map((name, index) => [name, toPlainValue(row[index] ?? null)]))),
    );
    await output.write(lines.map((line) => `${line}\n`).join(''));
  }
}

/** Rows separated by tabs, with the column names first: for `cut`, `sort` and spreadsheets. */
export async function printTabSeparated(result: DuckDBResult, output: Output): Promise<void> {
  await output.write(`${result.columnNames().map(visible).join('\t')}\n`);
  for await (const rows of result.yieldRows()) {
    await output.write(rows.map((row) => `${row.map(toCellText).join('\t')}\n`).join(''));
  }
}

/** A table that fits the terminal, with the number of rows and the time below. */
export async function printTable(
  result: DuckDBResult,
  output: Output,
  width: number,
  elapsedMs: () => number,
): Promise<void> {
  if (result.statementType === StatementType.EXPLAIN) {
    await output.write(`${(await result.getRows()).map((row) => String(row.at(-1))).join('\n')}\n`);
    return;
  }
  const columns = result.columnNames().map((name, index) => ({
    title: visible(name),
    align: NUMERIC.has(result.columnTypeId(index)) ? ('right' as const) : ('left' as const),
  }));
  const rows = (await result.getRows()).map((row: DuckDBValue[]) => row.map(toCellText));
  await output.write(renderTable({ columns, rows }, { width, bold: output.bold }));
  const count = rows.length === 1 ? '1 row' : `${rows.length} rows`;
  await output.write(`${count} in ${(elapsedMs() / 1000).toFixed(2)} s\n`);
}
