import { join } from 'node:path';
import { inject } from 'vitest';
import { renderQuery } from '../../lib/archive/tables/render-query.ts';
import { toDuckDb } from '../../lib/cli/query/duckdb/trino-dialect.ts';
import { findQuery } from '../../lib/cli/query/library.ts';
import { ask } from '../cli/query/support/ask.ts';
import { NOON_MS } from './dataset.ts';
import { TrinoClient } from './trino-client.ts';

export type Row = Record<string, unknown>;

export const trino = (database: string) => new TrinoClient(inject('trinoUrl'), database);

/** The statement of a named query over the hours of the data. */
export function statement(name: string, values: Readonly<Record<string, string>> = {}): string {
  const hour = new Date(NOON_MS).toISOString().slice(0, 13);
  const query = findQuery(name);
  // The window may be longer than the day that is the default.
  const before = query.parameters.some((parameter) => parameter.name === 'before') && { before: '7d' };
  return renderQuery(query, { from: hour, ...before, ...values }, { nowMs: Date.now(), retentionDays: 30 });
}

/** The answer of `tailgate query` over an archive of the run. */
export async function duckDbRows(archive: string, sql: string): Promise<Row[]> {
  const { code, out, complaints } = await ask(['--json', '--data', join(inject('filesDir'), archive), toDuckDb(sql)]);
  if (code !== 0) throw new Error(complaints.join('\n'));
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Rows of both engines in one spelling: timestamps as Trino's client has them, integers beyond 2^53 as numbers. */
export function alike(rows: readonly Row[]): Row[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') {
    const time = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?Z?$/.exec(value);
    if (time !== null) return `${time[1]} ${time[2]}.${(time[3] ?? '.').slice(1).padEnd(3, '0')}`;
    return /^-?\d{16,19}$/.test(value) ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  }
  return value;
}
