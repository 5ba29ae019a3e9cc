import { describe, expect, it } from 'vitest';
import { line, newDataFolder, oneSpan, writeObject } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

interface Request {
  readonly name: string;
  readonly start: string;
  readonly ms: number;
  readonly fails?: boolean;
  readonly weight?: number | null;
  /** The hour it is filed under; default: that of its start. */
  readonly hour?: string;
}

function dataFolder(requests: readonly Request[]): string {
  const dataDir = newDataFolder();
  const lines = requests.map(({ name, start, ms, fails = false, weight = 1, hour = start.slice(0, 13) }, i) => {
    const traceId = (i + 1).toString(16).padStart(32, '0');
    const begin = Date.parse(`${start}Z`);
    const span = {
      traceId,
      name,
      kind: 2,
      startTimeUnixNano: `${begin}000000`,
      endTimeUnixNano: `${begin + ms}000000`,
      status: fails ? { code: 2 } : {},
    };
    const service = [{ key: 'service.name', value: { stringValue: 'shop' } }];
    const columns = { trace_id: traceId, start_time: `${start.replace('T', ' ')}.000`, sample_weight: weight };
    return { hour, line: line(oneSpan(span, service), columns) };
  });
  for (const hour of new Set(lines.map((one) => one.hour))) {
    const key = `dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}/traces_20260915T071300000Z-00000000000000aa.jsonl.gz`;
    const own = lines.filter((one) => one.hour === hour).map((one) => one.line);
    writeObject(dataDir, key, own);
  }
  return dataDir;
}

async function compare(dataDir: string, ...argv: string[]) {
  const args = ['compare-windows', '--data', dataDir, '--min-spans', '1', '--json', ...argv];
  const { code, out, complaints } = await ask(args);
  expect(code, complaints.join('\n')).toBe(0);
  return { rows: out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)])), complaints };
}

const DAY = ['--from', '2026-09-15T07:30', '--to', '2026-09-15T08:30'];

describe('compare-windows', () => {
  it('has what got worse most first, and what is gone last', async () => {
    const both = (name: string, before: Partial<Request>, after: Partial<Request>): Request[] => [
      { name, start: '2026-09-14T07:40:00', ms: 100, ...before },
      { name, start: '2026-09-14T08:10:00', ms: 100 },
      { name, start: '2026-09-15T07:40:00', ms: 100, ...after },
      { name, start: '2026-09-15T08:10:00', ms: 100 },
    ];
    const dataDir = dataFolder([
      ...both('as before', {}, {}),
      ...both('fails', {}, { fails: true }),
      ...both('better', { ms: 400 }, {}),
      ...both('slower', {}, { ms: 800, weight: 3 }),
      ...both('without time', { ms: 0 }, { ms: 0, weight: null }),
      { name: 'new', start: '2026-09-15T07:40:00', ms: 5 },
      { name: 'gone', start: '2026-09-14T07:40:00', ms: 5, fails: true },
    ]);
    const { rows } = await compare(dataDir, ...DAY);
    expect(rows.map(({ name, worse_by }) => [name, worse_by])).toEqual([
      ['fails', 5],
      ['slower', 3],
      ['as before', 0],
      ['better', 0],
      ['new', 0],
      ['without time', 0],
      ['gone', null],
    ]);
    expect(rows[0]).toMatchObject({
      error_rate_before: 0,
      error_rate_after: 0.5,
      error_rate_difference: 0.5,
      p95_ratio: 1,
    });
    expect(rows[1]).toMatchObject({
      requests_before: 2,
      requests_after: 4,
      p50_ratio: 8,
      p95_before_ms: 100,
      p95_after_ms: 800,
    });
    expect(rows.find(({ name }) => name === 'without time')).toMatchObject({ unknown_weight: 1 });
    expect(rows.at(-1)).toMatchObject({
      requests_after: 0,
      error_rate_after: null,
      error_rate_difference: null,
      p95_ratio: null,
    });
  });

  it('compares parts of one hour, and has what is filed under its arrival in both', async () => {
    const dataDir = dataFolder([
      { name: 'a', start: '2026-09-15T07:09:59', ms: 1 },
      { name: 'a', start: '2026-09-15T07:10:00', ms: 1 },
      { name: 'a', start: '2026-09-15T07:20:00', ms: 1 },
      { name: 'a', start: '2026-09-15T07:29:59', ms: 1 },
      { name: 'a', start: '2026-09-15T07:30:00', ms: 1 },
      { name: 'old', start: '2026-08-01T00:00:00', ms: 1, hour: '2026-09-15T07' },
    ]);
    const { rows, complaints } = await compare(
      dataDir,
      '--from',
      '2026-09-15T07:20',
      '--to',
      '2026-09-15T07:30',
      '--before',
      '10m',
    );
    expect(rows.map(({ name, requests_before, requests_after }) => [name, requests_before, requests_after])).toEqual([
      ['a', 1, 2],
      ['old', 1, 1],
    ]);
    expect(complaints).toEqual([]);
  });

  it('says that the archive has nothing to compare with', async () => {
    const dataDir = dataFolder([{ name: 'a', start: '2026-09-15T07:40:00', ms: 1 }]);
    const { rows, complaints } = await compare(dataDir, ...DAY, '--before', '7d');
    expect(rows).toHaveLength(1);
    expect(complaints).toEqual([
      'hint: no kept trace is filed under the hours 2026-09-08T07 to 2026-09-08T08: the archive has 2026-09-15T07 to ' +
        '2026-09-15T07, see --before',
    ]);
  });

  it.each([
    {
      argv: ['--before', '59m'],
      says: '--before: the window is 60m long, so that the one before it must lie at least 60m back, got 59m',
    },
    { argv: ['--before', 'soon'], says: '--before: expected a duration such as 250ms, 1.5s, 2m, 1h or 7d, got "soon"' },
  ])('refuses $argv', async ({ argv, says }) => {
    const { code, complaints } = await ask(['compare-windows', '--data', newDataFolder(), ...DAY, ...argv]);
    expect(code).toBe(2);
    expect(complaints[0]).toBe(`error: ${says}`);
    expect(complaints).toHaveLength(2);
  });
});
