import { visible } from './cell-text.ts';
import type { Output } from './output.ts';
import type { QueryResult, ResultColumn } from './query-result.ts';
import { renderTable } from './table.ts';

/**
 * Writes an answer: as JSON lines when they are asked for, as a table on a terminal, and separated by tabs otherwise.
 * @param elapsedMs time since the question, for the line below a table
 */
export async function printResult<Value>(
  result: QueryResult<Value>,
  { json, elapsedMs }: { readonly json: boolean; readonly elapsedMs: () => number },
  output: Output,
): Promise<void> {
  if (json) return printJsonLines(result, output);
  if (output.terminalWidth === undefined) return printTabSeparated(result, output);
  return printTable(result, output, output.terminalWidth, elapsedMs);
}

/** One JSON object per row and line, as they come. */
async function printJsonLines<Value>({ columns, batches }: QueryResult<Value>, output: Output): Promise<void> {
  const keys = distinctNames(columns);
  for await (const rows of batches) {
    const lines = rows.map((row) => {
      const fields = columns.map((column, index) => [keys[index], column.toPlain(row[index] as Value)]);
      return `${JSON.stringify(Object.fromEntries(fields))}\n`;
    });
    await output.write(lines.join(''));
  }
}

/** Rows separated by tabs, with the column names first: for `cut`, `sort` and spreadsheets. */
async function printTabSeparated<Value>({ columns, batches }: QueryResult<Value>, output: Output): Promise<void> {
  await output.write(`${columns.map(({ name }) => visible(name)).join('\t')}\n`);
  for await (const rows of batches) {
    await output.write(rows.map((row) => `${cellTexts(columns, row).join('\t')}\n`).join(''));
  }
}

/** A table that fits the terminal, with the number of rows and the time below. */
async function printTable<Value>(
  { columns, batches, isText }: QueryResult<Value>,
  output: Output,
  width: number,
  elapsedMs: () => number,
): Promise<void> {
  const all: (readonly Value[])[] = [];
  for await (const rows of batches) all.push(...rows);
  if (isText) {
    const last = columns.length - 1;
    await output.write(`${all.map((row) => columns[last]?.toPlain(row[last] as Value)).join('\n')}\n`);
    return;
  }
  const table = {
    columns: columns.map(({ name, isNumeric }) => ({
      title: visible(name),
      align: isNumeric ? ('right' as const) : ('left' as const),
    })),
    rows: all.map((row) => cellTexts(columns, row)),
  };
  await output.write(renderTable(table, { width, bold: output.bold }));
  const count = all.length === 1 ? '1 row' : `${all.length} rows`;
  await output.write(`${count} in ${(elapsedMs() / 1000).toFixed(2)} s\n`);
}

function cellTexts<Value>(columns: readonly ResultColumn<Value>[], row: readonly Value[]): string[] {
  return columns.map((column, index) => column.toText(row[index] as Value));
}

/** The names of the columns, a further one of the same name with a number: an object has each key once. */
function distinctNames(columns: readonly { readonly name: string }[]): string[] {
  const used = new Set<string>();
  return columns.map(({ name }) => {
    let key = name;
    for (let count = 1; used.has(key); count++) key = `${name}:${count}`;
    used.add(key);
    return key;
  });
}
