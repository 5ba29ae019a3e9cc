import { describe, expect, it } from 'vitest';
import { readQueryFiles } from '../../../../lib/aws/filesystem/query-files.ts';
import { dataFolderWith, line, oneSpan } from '../support/archive-folder.ts';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';
import { answerFrom } from '../support/duckdb-behind-athena.ts';

const service = useAthenaStacks();

const HOUR_MS = 3_600_000;
const begin = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const hour = new Date(begin).toISOString().slice(0, 13);
const nanos = (ms: number) => `${begin + ms}000000`;
const time = (ms: number) => new Date(begin + ms).toISOString().slice(0, -1).replace('T', ' ');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

const SPAN = {
  name: 'add',
  kind: 2,
  startTimeUnixNano: nanos(123),
  endTimeUnixNano: nanos(924),
  status: { code: 2, message: 'out of stock' },
  attributes: [{ key: 'enduser.id', value: { stringValue: 'u42' } }],
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'by-attribute': ['--key', 'enduser.id'],
  'compare-windows': ['--min-spans', '1'],
  'critical-path': ['--trace-id', TRACE],
  'linked-traces': ['--trace-id', TRACE],
  'trace-of-log': ['--trace-id', TRACE],
  waterfall: ['--trace-id', TRACE],
};

/** What a trace of one span has none of. */
const FIND_NOTHING = ['dependencies', 'incomplete-traces', 'late-spans', 'linked-traces', 'n-plus-one', 'timeouts'];

const rowsOf = (out: string) =>
  out
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text))
    // Athena writes lists as text.
    .map(({ services: _, ...row }) => row);

describe('a query of the library', () => {
  it.each(readQueryFiles())('$name has the same answer from Athena as from the local archive', async ({ name }) => {
    const cart = [{ key: 'service.name', value: { stringValue: 'cart' } }];
    const columns = { start_time: time(123), decided_at: time(30_456) };
    const dataDir = dataFolderWith(
      [line(oneSpan(SPAN, cart), columns)],
      `dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}`,
    );
    service.athena.answer = (sql) => answerFrom(dataDir, sql);
    const question = ['--name', name, '--from', hour, ...(VALUES[name] ?? []), '--json'];
    const local = await ask(['--data', dataDir, ...question]);
    const remote = await ask(['--stack', 'Tailgate', ...question]);
    expect([local.code, remote.code], `${local.complaints} ${remote.complaints}`).toEqual([0, 0]);
    expect(rowsOf(remote.out)).toEqual(rowsOf(local.out));
    // Who gets nothing is told where it may be.
    expect(remote.complaints.some((text) => text.startsWith('hint: no rows.'))).toBe(remote.out === '');
    if (!FIND_NOTHING.includes(name)) {
      expect(rowsOf(remote.out).length).toBeGreaterThan(0);
    }
  });
});
