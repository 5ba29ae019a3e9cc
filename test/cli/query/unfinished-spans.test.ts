import { expect, it } from 'vitest';
import { line, newDataFolder, oneSpan, PARTITION, writeObject } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const START = 1_789_456_353_123_000_000n;
const job = { spanId: '00000000000000a1', name: 'job', kind: 1, startTimeUnixNano: String(START) };

/** Each value of `spans` is the only span of a line, the first one of the line with `seq` 0. */
async function waterfall(...spans: readonly object[]) {
  const dataDir = newDataFolder();
  spans.forEach((span, seq) => {
    const key = `${PARTITION}/traces_20260915T071300000Z-00000000000000a${seq}.jsonl.gz`;
    writeObject(dataDir, key, [line(oneSpan({ ...job, ...span }), { seq })]);
  });
  const argv = ['--data', dataDir, '--name', 'waterfall', '--trace-id', TRACE_ID, '--from', '2026-09-15T07', '--json'];
  const { code, out, complaints } = await ask(argv);
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  const rows = out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));
  return rows.map(({ name, kind, duration_ms }) => ({ name, kind, duration_ms }));
}

const ended = { endTimeUnixNano: String(START + 9_000_000n) };

it.each([
  { end: undefined, when: 'the unfinished copy is without an end' },
  { end: '0', when: 'its end is 0' },
])('waterfall shows a span as it ended when $when', async ({ end }) => {
  expect(await waterfall({ endTimeUnixNano: end }, ended)).toEqual([{ name: 'job', kind: 'INTERNAL', duration_ms: 9 }]);
});

it('waterfall shows an unfinished span of which no copy is finished', async () => {
  const rows = await waterfall({ endTimeUnixNano: undefined }, { ...ended, name: 'other' });
  expect(rows.map(({ name, duration_ms }) => [name, duration_ms])).toEqual([
    ['job', null],
    ['other', 9],
  ]);
});

it('waterfall shows the spans of a client and its server that share an ID', async () => {
  const rows = await waterfall({ ...ended, kind: 3 }, { ...ended, kind: 2 });
  expect(rows.map(({ kind }) => kind)).toEqual(['CLIENT', 'SERVER']);
});
