import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dataFolderWith, line, oneSpan, PARTITION, writeFile, writeObject } from './support/archive-folder.ts';
import { ask, rowsOf } from './support/ask.ts';

const GOOD = line(oneSpan({ name: 'x' }));
const KEY = `${PARTITION}/traces_20260915T071300000Z-00000000000000bb.jsonl.gz`;
const STATEMENTS = ['traces', 'spans', 'traces_raw'].map((view) => `SELECT count(*) AS n FROM ${view}`);

/** A good object, and one that is not. */
function archiveWith(bytes: Uint8Array | string): string {
  const dataDir = dataFolderWith([GOOD]);
  writeFile(dataDir, KEY, bytes);
  return dataDir;
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ ...GOOD, trace_id: i, root_name: i * 7919 })}\n`).join(
    '',
  );
const whole = gzipSync(lines(1));
const large = gzipSync(lines(3000));

async function failures(dataDir: string, statements = STATEMENTS): Promise<string[]> {
  const answers = await Promise.all(statements.map((sql) => ask(['--data', dataDir, '--json', sql])));
  for (const { code, out } of answers) expect({ code, out }).toEqual({ code: 1, out: '' });
  return answers.map(({ complaints }) => complaints.join('\n'));
}

describe('an object that is damaged', () => {
  it.each([
    { what: 'is empty', bytes: '' },
    { what: 'is no gzip', bytes: JSON.stringify(GOOD) },
    // Of these DuckDB reads nothing, and sees nothing wrong.
    ...[10, 15, 40, 60].map((cut) => ({
      what: `is cut off at byte ${cut}`,
      bytes: whole.subarray(0, cut),
    })),
    { what: 'is nothing but a header, as Java writes it', bytes: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]) },
    ...[0.2, 0.5, 0.9].map((part) => ({
      what: `is cut off after ${part} of it`,
      bytes: large.subarray(0, part * large.length),
    })),
    { what: 'is cut off within a line', bytes: gzipSync(JSON.stringify(GOOD).slice(0, 100)) },
    { what: 'is not JSON', bytes: gzipSync('hello\n') },
    { what: 'is JSON of more than a line', bytes: gzipSync(JSON.stringify(GOOD, null, 1)) },
    { what: 'has something after its end', bytes: Buffer.concat([whole, Buffer.from('a\0\0\0')]) },
  ])('fails every query, which names it, when it $what', async ({ bytes }) => {
    for (const message of await failures(archiveWith(bytes))) {
      expect(message).toContain(`traces/${KEY}`);
      expect(message).toMatch(/move it out of \S+archive\/ to get answers without it$/);
    }
  });

  it('is one of five that are named, of more', async () => {
    const dataDir = dataFolderWith([GOOD]);
    for (let i = 0; i < 7; i++) writeFile(dataDir, KEY.replace('bb', `b${i}`), whole.subarray(0, 50));
    const [message = ''] = await failures(dataDir);
    expect(message).toMatch(/^error: 7 objects of the archive are cut off:/);
    expect(message.match(/\.jsonl\.gz/g)).toHaveLength(5);
  });

  it('does not matter to a named query of another window', async () => {
    const dataDir = archiveWith(whole.subarray(0, 40));
    const policies = (...window: string[]) => ask(['--data', dataDir, '--name', 'policies', ...window]);
    expect(await policies('--from', '2026-09-15T07')).toMatchObject({ code: 1 });
    expect(await policies('--from', '2026-09-15T08')).toMatchObject({ code: 0 });
    expect(await policies('--from', '2026-09-01', '--to', '2026-09-15T07')).toMatchObject({ code: 0 });
  });

  it('does not matter once it is moved away, nor under a name that is no object', async () => {
    const dataDir = dataFolderWith([GOOD]);
    writeFile(dataDir, KEY.replace('traces_2', '_traces_2'), 'x');
    writeFile(dataDir, KEY.replace('.gz', ''), 'x');
    expect(await rowsOf(dataDir, 'SELECT count(*) AS n FROM traces')).toEqual([{ n: 1 }]);
  });
});

describe('an object with foreign lines', () => {
  it.each([
    { what: 'a list', text: '[1, 2]' },
    { what: 'a number', text: '3' },
  ])('fails a query of traces and spans, which names it: $what', async ({ text }) => {
    const dataDir = dataFolderWith([GOOD]);
    writeObject(dataDir, KEY, [text]);
    for (const message of await failures(dataDir, STATEMENTS.slice(0, 2))) {
      expect(message).toContain(`traces/${KEY} is damaged, or not an object of the archive:\n  JSON transform error`);
    }
  });

  it('that are JSON objects without resourceSpans, or blank, is no trace and no span', async () => {
    const dataDir = dataFolderWith([GOOD]);
    writeObject(dataDir, KEY, [{ hello: 'world' }, '', JSON.stringify({ ...GOOD, trace_id: 'b' }), '']);
    const counts = await Promise.all(STATEMENTS.map((sql) => rowsOf(dataDir, sql)));
    expect(counts.flat()).toEqual([{ n: 2 }, { n: 2 }, { n: 3 }]);
  });
});

describe('an object that is whole', () => {
  it.each([
    { what: 'a fence', bytes: gzipSync(''), count: 1 },
    { what: 'two streams, one after the other', bytes: Buffer.concat([whole, whole]), count: 3 },
    { what: 'what deflate makes smallest', bytes: gzipSync(`${' '.repeat(5_000_000)}\n${lines(1)}`), count: 2 },
    { what: 'stored as it is', bytes: gzipSync(lines(10), { level: 0 }), count: 11 },
  ])('is taken: $what', async ({ bytes, count }) => {
    expect(await rowsOf(archiveWith(bytes), 'SELECT count(*) AS n FROM traces')).toEqual([{ n: count }]);
  });
});
