import { describe, expect, it } from 'vitest';
import { toDuckDb } from '../../../lib/cli/query/duckdb/trino-dialect.ts';
import { queryLibrary } from '../../../lib/cli/query/library.ts';
import { QUERY_NAMES } from '../../../lib/cli/query/query-names.ts';
import { dataFolderWith, line, newDataFolder, oneSpan } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const FROM = ['--from', '2026-09-15T07'];

describe('query --name', () => {
  it('answers a query of the library', async () => {
    const service = [{ key: 'service.name', value: { stringValue: 'cart' } }];
    const dataDir = dataFolderWith([line(oneSpan({ name: 'add' }, service))]);
    const argv = [
      '--data',
      dataDir,
      '--name',
      'slow-requests',
      ...FROM,
      '--service',
      'cart',
      '--min-duration-ms',
      '5',
      '--json',
    ];
    const { code, out, complaints } = await ask(argv);
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    expect(JSON.parse(out)).toMatchObject({ service: 'cart', name: 'add', duration_ms: 12.5 });
    expect((await ask([...argv.slice(0, -1), '--min-duration-ms', '13'])).out).not.toContain('add');
  });

  it.each([
    { window: [], isOutside: true },
    { window: ['--from', '2026-09-15T08', '--to', '2026-09-16'], isOutside: true },
    { window: ['--from', '2026-09-01', '--to', '2026-09-15T07'], isOutside: true },
    { window: ['--from', '2026-09-01', '--to', '2026-09-15T07:01'], isOutside: false },
    { window: ['--from', '2026-09-15T07:59'], isOutside: false },
    { window: ['--from', '2026-09-15T07:59', '--to', '2026-09-15T08'], isOutside: false },
  ])('says when nothing can be in the window $window', async ({ window, isOutside }) => {
    const { code, complaints } = await ask(['--data', dataFolderWith([line([])]), '--name', 'policies', ...window]);
    expect(code).toBe(0);
    expect(complaints).toEqual(
      isOutside ? [expect.stringMatching(/^hint: no kept trace is filed .* has 2026-09-15T07 to 2026-09-15T07/)] : [],
    );
  });

  it.each([
    { argv: ['--name', 'slow-request'], says: 'there is no query "slow-request"; did you mean "slow-requests"?' },
    { argv: ['--name', 'waterfall'], says: '--trace-id is missing' },
    { argv: ['--name', 'red', '--step', 'week'], says: '--step: expected one of minute, hour, day, got "week"' },
    {
      argv: ['--name', 'red', '--sevice', 'x'],
      says: 'red has no --sevice: it has --service, --operation, --step, --from, --to',
    },
    { argv: ['--name', 'red', 'SELECT 1'], says: 'expected a query by its name, and no statement' },
    { argv: ['slow-request'], says: 'there is no query "slow-request"; did you mean "slow-requests"?' },
    {
      argv: ['spans', '--service', 'a', '--service', 'b'],
      says: '--service is given twice: it takes one value',
    },
    { argv: ['--service', 'cart'], says: 'unknown option --service' },
    { argv: ['--name', 'red', '--service'], says: '--service has no value' },
  ])('refuses $argv', async ({ argv, says }) => {
    const { code, complaints } = await ask(['--data', newDataFolder(), ...argv]);
    expect(code).toBe(2);
    expect(complaints).toEqual([expect.stringContaining(says), 'tailgate query --help shows what it takes']);
  });

  it('has the names that completion offers', () => {
    expect(QUERY_NAMES).toEqual(queryLibrary().map(({ name }) => name));
  });

  it('lists the library without a data folder', async () => {
    const { code, out } = await ask(['--list', '--data', '/nowhere']);
    expect(code).toBe(0);
    expect(out).toContain('slow-requests: Slow requests');
    expect(out).toMatch(/--step +length of an interval \(minute \| hour \| day, default hour\)/);
    expect(out).toMatch(/--trace-id .*required\)/);
  });

  it('lists it in the width of the terminal, and for a pipe each text on a line', async () => {
    const [narrow, piped] = [await ask(['--list'], 80), await ask(['--list'])];
    expect(Math.max(...narrow.out.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80);
    expect(narrow.out.replaceAll(/\s+/g, ' ')).toBe(piped.out.replaceAll(/\s+/g, ' '));
    expect(piped.out).toMatch(/--key +key of the attribute, such as enduser\.id \(text, required\)\n/);
  });
});

describe('toDuckDb', () => {
  it('gives reduce its arguments in the order of list_reduce, also one in the other', () => {
    const sql =
      "SELECT reduce(f(a, ARRAY[1, 2]), '(,', (c, x) -> reduce_not(c, x), c -> c), reduce(b, 0, (c, x) -> c, c -> c)";
    expect(toDuckDb(sql)).toBe(
      "SELECT list_reduce(f(a, ARRAY[1, 2]), (c, x) -> reduce_not(c, x), '(,'), list_reduce(b, (c, x) -> c, 0)",
    );
  });

  it('leaves everything else as it is', () => {
    expect(toDuckDb("SELECT 'x' FROM spans")).toBe("SELECT 'x' FROM spans");
  });
});
