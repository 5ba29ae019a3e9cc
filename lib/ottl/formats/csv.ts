import { OttlEvaluationError } from '../errors.ts';

/**
 * The fields of one row, by the rules of Go's `encoding/csv` and of the loop in which the Collector calls it. A row may
 * go over several lines: the first field of a line continues the last field of the line before. A line that breaks the
 * rules for quotes counts up to the field that breaks them.
 *
 * @param lazyQuotes whether quotes may stand anywhere (`LazyQuotes`)
 * @throws {OttlEvaluationError} when there is no field
 */
export function readCsvRow(text: string, delimiter: string, lazyQuotes: boolean): readonly string[] {
  const lines = new CsvLines(text);
  const row: string[] = [];
  let isFirst = true;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line === '\n' || line === '') continue;
    const { fields, error } = readRecord(line, lines, delimiter, lazyQuotes);
    if (fields.length === 0) throw new OttlEvaluationError(`ParseCSV: ${error ?? 'a line has no fields'}`);
    const [first = '', ...others] = fields;
    row.push(isFirst ? first : `${row.pop() ?? ''}\n${first}`);
    for (const field of others) row.push(field);
    isFirst = false;
  }
  if (isFirst) throw new OttlEvaluationError('ParseCSV: there are no lines');
  return row;
}

interface Record {
  readonly fields: readonly string[];
  readonly error?: string;
}

/** The fields that begin in this line. A quoted field may go over further lines, which it takes from `lines`. */
function readRecord(start: string, lines: CsvLines, delimiter: string, lazyQuotes: boolean): Record {
  const fields: string[] = [];
  let line = start;
  for (;;) {
    if (!line.startsWith('"')) {
      const at = line.indexOf(delimiter);
      const field = at >= 0 ? line.slice(0, at) : withoutNewline(line);
      if (!lazyQuotes && field.includes('"')) return { fields, error: 'a quote in a field without quotes' };
      fields.push(field);
      if (at < 0) return { fields };
      line = line.slice(at + delimiter.length);
      continue;
    }
    const quoted = readQuoted(line.slice(1), lines, delimiter, lazyQuotes);
    if (quoted === undefined) return { fields, error: 'a quote inside of a quoted field' };
    fields.push(quoted.field);
    if (quoted.rest === undefined) return { fields };
    line = quoted.rest;
  }
}

/**
 * A quoted field and the rest of the line after its delimiter.
 *
 * @param start the line after the opening quote
 * @returns undefined when a quote inside of the field breaks the rules; `rest` is undefined after the last field
 */
function readQuoted(
  start: string,
  lines: CsvLines,
  delimiter: string,
  lazyQuotes: boolean,
): { field: string; rest: string | undefined } | undefined {
  let field = '';
  let line = start;
  for (;;) {
    const at = line.indexOf('"');
    if (at < 0) {
      const next = lines.next();
      field += line;
      if (next !== undefined) line = next;
      else return lazyQuotes ? { field, rest: undefined } : undefined;
      continue;
    }
    field += line.slice(0, at);
    line = line.slice(at + 1);
    if (line.startsWith('"')) {
      field += '"';
      line = line.slice(1);
    } else if (line.startsWith(delimiter)) return { field, rest: line.slice(delimiter.length) };
    else if (withoutNewline(line) === '') return { field, rest: undefined };
    else if (lazyQuotes) field += '"';
    else return undefined;
  }
}

function withoutNewline(line: string): string {
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}

/** Reads lines with their line break. `\r\n` becomes `\n`; a `\r` at the end of the text is dropped. */
class CsvLines {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Undefined after the last line. */
  next(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const line = this.#text.slice(this.#at, end);
    this.#at = end;
    return newline < 0 ? line.replace(/\r$/, '') : line.replace(/\r\n$/, '\n');
  }
}
