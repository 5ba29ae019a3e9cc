import { parseTraceId } from '../../archive/trace-id.ts';
import { escapeForTerminal, jsonText } from '../../terminal/show.ts';
import { renderTable, type TableColumn } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type DrawnTrace, drawWaterfall } from '../../terminal/waterfall.ts';
import { counted } from '../../text/messages.ts';
import type { PlainValue, QueryResult, ResultColumn } from './query-result.ts';
import type { Question } from './question.ts';
import { waterfallOfRows } from './waterfall-of-rows.ts';

/** A column of a table for people: of the value itself, or of an estimate and its standard error. */
interface Cell<Value> {
  readonly column: TableColumn;
  text(row: readonly Value[]): string;
}

/** Columns of the library whose numbers are shares of one. What others call so may be anything. */
const RATIO = /(^|_)(rate|share)(_|$)|^difference$/;
/** What the name of a standard error ends in; the rest is the name of its estimate. */
const ERROR_SUFFIX = '_se';

/**
 * How a table shows the columns of an answer: floating-point numbers rounded to what a person reads, and the standard error of
 * an estimate beside it. Only tables do: other forms have every digit, and a column for each.
 *
 * @param isOfLibrary whether the columns are of a query of the library, so that their names say what they are
 */
function tableCells<Value>(columns: QueryResult<Value>['columns'], isOfLibrary: boolean): readonly Cell<Value>[] {
  const places = new Map(columns.map(({ name }, index) => [name, index]));
  const errorOf = ({ name, isDouble }: ResultColumn<Value>) =>
    isOfLibrary && isDouble ? places.get(name + ERROR_SUFFIX) : undefined;
  const errors = new Set(columns.map(errorOf));
  return columns.flatMap((column, index) => {
    if (errors.has(index)) return [];
    const number = isOfLibrary && RATIO.test(column.name) ? percentText : numberText;
    const error = errorOf(column);
    const text = (row: readonly Value[]) => {
      const value = row[index] as Value;
      const plain = column.toPlain(value);
      if (!column.isDouble || typeof plain !== 'number') return column.toText(value);
      const margin = error === undefined ? undefined : columns[error]?.toPlain(row[error] as Value);
      return typeof margin === 'number' && margin > 0 ? `${number(plain)} ± ${number(margin, 2)}` : number(plain);
    };
    const align = column.isNumeric ? ('right' as const) : ('left' as const);
    return [{ column: { title: escapeForTerminal(column.name), align }, text }];
  });
}

/** Digits of a number that a person reads. */
const DIGITS = 4;

/** The number with this many significant digits; a number with as many or more before the point is rounded to a whole one. */
export function numberText(value: number, digits = DIGITS): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Math.abs(value) >= 10 ** (digits - 1) ? Math.round(value) : Number(value.toPrecision(digits)));
}

/** A share of one in per cent. */
function percentText(value: number, digits = 3): string {
  return `${numberText(100 * value, digits)} %`;
}

/** How the answer of a statement, or of a query of the library, is written. */
export function printOptions(
  { json, name, values }: Pick<Question, 'json' | 'name' | 'values'>,
  elapsedMs: () => number,
): PrintOptions {
  const traceId = parseTraceId(values['trace_id'] ?? '') ?? '';
  const drawing: PrintOptions['drawing'] = name === 'waterfall' ? (rows) => waterfallOfRows(traceId, rows) : undefined;
  return { json, elapsedMs, isOfLibrary: name !== undefined, drawing };
}

export interface PrintOptions {
  readonly json: boolean;
  /** Time since the question, for the line below a table. */
  readonly elapsedMs: () => number;
  /** Whether the answer is that of a query of the library, whose columns are known. */
  readonly isOfLibrary: boolean;
  /** What a terminal shows instead of a table; undefined: a table. */
  readonly drawing: ((rows: readonly PlainRow[]) => DrawnTrace) | undefined;
}

/** A row by the names of its columns. */
export type PlainRow = Readonly<Record<string, PlainValue>>;

/**
 * Writes an answer: as JSON lines when they are asked for, as a drawing or a table on a terminal, and separated by tabs
 * otherwise. Resolves to the number of rows.
 */
export async function printResult<Value>(
  result: QueryResult<Value>,
  options: PrintOptions,
  terminal: Terminal,
): Promise<number> {
  const counted = { rows: 0 };
  const counting = { ...result, batches: count(result.batches, counted) };
  if (options.json) await printJsonLines(counting, terminal);
  else if (terminal.width === undefined) await printTabSeparated(counting, terminal);
  else await printForPerson(counting, options, terminal, terminal.width);
  return counted.rows;
}

async function* count<Row>(batches: AsyncIterable<readonly Row[]>, counted: { rows: number }) {
  for await (const rows of batches) {
    counted.rows += rows.length;
    yield rows;
  }
}

/** One JSON object per row and line, as they come. */
async function printJsonLines<Value>({ columns, batches }: QueryResult<Value>, terminal: Terminal): Promise<void> {
  const keys = distinctNames(columns);
  for await (const rows of batches) {
    const lines = rows.map((row) => {
      const fields = columns.map((column, index) => [keys[index], column.toPlain(row[index] as Value)]);
      return `${jsonText(Object.fromEntries(fields))}\n`;
    });
    await terminal.write(lines.join(''));
  }
}

/** Rows separated by tabs, with the column names first: for `cut`, `sort` and spreadsheets. */
async function printTabSeparated<Value>({ columns, batches }: QueryResult<Value>, terminal: Terminal): Promise<void> {
  await terminal.write(`${columns.map(({ name }) => escapeForTerminal(name)).join('\t')}\n`);
  for await (const rows of batches) {
    await terminal.write(rows.map((row) => `${cellTexts(columns, row).join('\t')}\n`).join(''));
  }
}

/** A table that fits the terminal, or a drawing, with the number of rows and the time below. */
async function printForPerson<Value>(
  { columns, batches, isText }: QueryResult<Value>,
  { elapsedMs, isOfLibrary, drawing }: PrintOptions,
  terminal: Terminal,
  width: number,
): Promise<void> {
  const all: (readonly Value[])[] = [];
  for await (const rows of batches) all.push(...rows);
  if (isText) {
    const last = columns.length - 1;
    await terminal.write(`${all.map((row) => columns[last]?.toPlain(row[last] as Value)).join('\n')}\n`);
    return;
  }
  if (drawing !== undefined && all.length > 0) {
    await terminal.write(drawWaterfall(drawing(all.map((row) => plainRow(columns, row))), width, terminal));
  } else {
    const cells = tableCells(columns, isOfLibrary);
    const rows = all.map((row) => cells.map((cell) => cell.text(row)));
    await terminal.write(
      renderTable({ columns: cells.map(({ column }) => column), rows }, { width, bold: terminal.bold }),
    );
  }
  await terminal.write(`${counted(all.length, 'row')} in ${(elapsedMs() / 1000).toFixed(2)} s\n`);
}

/** A row by the names of its columns, as JSON can carry it. */
export function plainRow<Value>(columns: QueryResult<Value>['columns'], row: readonly Value[]): PlainRow {
  return Object.fromEntries(columns.map(({ name, toPlain }, index) => [name, toPlain(row[index] as Value)]));
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
