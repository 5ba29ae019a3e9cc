import { escapeForTerminal } from '../../terminal/show.ts';
import type { TableColumn } from '../../terminal/table.ts';
import type { QueryResult, ResultColumn } from './query-result.ts';

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
export function tableCells<Value>(
  columns: QueryResult<Value>['columns'],
  isOfLibrary: boolean,
): readonly Cell<Value>[] {
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
