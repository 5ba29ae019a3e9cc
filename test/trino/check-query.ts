import { expect } from 'vitest';
import type { JsonSerde } from '../../lib/archive/tables/archive-tables.ts';
import { worseBy } from './expected-troubles.ts';
import { alike, duckDbRows, type Row, statement, trino } from './support.ts';

export interface Question {
  readonly archive: 'shop' | 'odd';
  readonly name: string;
  readonly values?: Readonly<Record<string, string>>;
  /** What the answer must be; it may have more columns. */
  readonly rows: readonly Readonly<Row>[];
  /** Whether the order of the rows is part of the answer. */
  readonly ordered?: boolean;
  /** Default: both. */
  readonly serdes?: readonly JsonSerde[];
}

/** A percentile of Trino is an approximation: so far, in milliseconds, it may be off. */
const PERCENTILE_TOLERANCE = 130;

const isPercentile = (column: string): boolean => /^p\d\d_((before|after)_)?ms$/.test(column);
/** What compare-windows makes of percentiles. */
const isOfPercentiles = (column: string): boolean => /^p\d\d_ratio$|^worse_by$/.test(column);

/** Asks a named query on Trino, with both SerDes, and on DuckDB. All of its columns must agree. */
export async function check(question: Question): Promise<void> {
  const { archive, name, values = {}, rows, ordered = false, serdes = ['hive', 'openx'] } = question;
  const sql = statement(name, values);
  const key = archive === 'shop' ? '' : 'odd_';
  const onDuckDb = alike(await duckDbRows(archive, sql));
  const form = (some: readonly Readonly<Row>[]) => (ordered ? rounded(some) : sorted(rounded(some)));
  const exact = (some: readonly Readonly<Row>[]) => form(some.map(withoutPercentiles));
  expect(form(columnsOf(onDuckDb, rows))).toEqual(form(rows));
  for (const serde of serdes) {
    const answer = alike(await trino(`${key}${serde}`).rows(sql));
    expect(exact(answer), serde).toEqual(exact(onDuckDb));
    expectSameRows(answer, onDuckDb);
  }
}

/** The rows of two answers in any order, with percentiles as near as Trino makes them: they depend on the order in which it reads. */
export function expectSameRows(got: readonly Row[], want: readonly Row[]): void {
  const keyed = (rows: readonly Row[]) =>
    rows
      .map((row) => ({ row, key: JSON.stringify(rounded([withoutPercentiles(row)])) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  const expected = keyed(want);
  const found = keyed(got);
  expect(found.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
  for (const [index, { row }] of found.entries()) expectPercentilesNear(row, expected[index]?.row ?? {});
}

function expectPercentilesNear(row: Row, exact: Row): void {
  for (const column of Object.keys(row).filter(isPercentile)) {
    const [got, want] = [row[column], exact[column]];
    if (want === null) expect(got, column).toBeNull();
    else expect(Math.abs(Number(got) - Number(want)), column).toBeLessThanOrEqual(PERCENTILE_TOLERANCE);
  }
  const ratios = Object.keys(row).filter((column) => column.endsWith('_ratio'));
  for (const column of ratios) expectNear(row[column], ratioOf(row, column.slice(0, 3)), column);
  if ('worse_by' in row) {
    const [was, is, ratio] = ['error_rate_before', 'error_rate_after', 'p95_ratio'].map((name) =>
      numberOrNull(row[name]),
    );
    expectNear(row['worse_by'], worseBy(was ?? null, is ?? null, ratio ?? null), 'worse_by');
  }
}

/** How much longer this percentile is in the window after; null: it is not known of both, or not of a time. */
function ratioOf(row: Row, percentile: string): number | null {
  const [before, after] = [numberOrNull(row[`${percentile}_before_ms`]), numberOrNull(row[`${percentile}_after_ms`])];
  return before !== null && after !== null && before > 0 && after > 0 ? after / before : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function expectNear(got: unknown, want: number | null, column: string): void {
  if (want === null) expect(got, column).toBeNull();
  else expect(got, column).toBeCloseTo(want, 10);
}

/** Only the columns that the expectation has, so that an answer may say more. */
export function columnsOf(rows: readonly Row[], like: readonly Readonly<Row>[]): Row[] {
  const names = Object.keys(like[0] ?? {});
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
}

/** The engines do not add in the same order. */
export function rounded(rows: readonly Readonly<Row>[]): Row[] {
  const round = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)])));
}

function withoutPercentiles(row: Readonly<Row>): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !isPercentile(name) && !isOfPercentiles(name)));
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
