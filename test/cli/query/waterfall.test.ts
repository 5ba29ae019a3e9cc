import { describe, expect, it } from 'vitest';
import { dataFolderWith, line } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const BEGIN_MS = Date.UTC(2026, 8, 15, 7, 12, 33);

function span(id: number, parent: number | undefined, from: number, to: number, rest: object): object {
  const hex = (n: number) => n.toString(16).padStart(16, '0');
  return {
    traceId: TRACE,
    spanId: hex(id),
    ...(parent !== undefined && { parentSpanId: hex(parent) }),
    startTimeUnixNano: `${BEGIN_MS + from}000000`,
    endTimeUnixNano: `${BEGIN_MS + to}000000`,
    ...rest,
  };
}

function ofService(service: string, ...spans: object[]): object {
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans }],
  };
}

const dataFolder = () =>
  dataFolderWith([
    line([
      ofService('gateway', span(1, undefined, 0, 100, { name: 'POST /checkout', status: { code: 2 } })),
      ofService(
        'payment',
        span(2, 1, 25, 75, { name: 'POST /charges', status: { code: 2, message: 'no answer' } }),
        span(3, 2, 50, 50, { name: 'INSERT' }),
        { traceId: TRACE, spanId: '00000000000000aa', name: 'timeless' },
      ),
    ]),
  ]);

const ARGS = ['waterfall', '--trace-id', TRACE, '--from', '2026-09-15T07'];

describe('waterfall', () => {
  it('is drawn on a terminal, as in the demo', async () => {
    const { out } = await ask([...ARGS, '--data', dataFolder()], 80);
    // 80 columns: 17 service, 14 name, 35 bar, 11 duration and three gaps; a quarter of the bar is 8.75 columns.
    expect(out.split('\n').slice(0, -2)).toEqual([
      'gateway POST /checkout  100.0 ms, 4 spans, kept by errors',
      `trace ${TRACE}`,
      `payment           timeless       ${'·'.repeat(35)}         ?`,
      `gateway           POST /checkout ${'█'.repeat(35)}  100.0 ms ✗`,
      `payment            POST /charges ${'·'.repeat(8)}${'█'.repeat(18)}${'·'.repeat(9)}   50.0 ms ✗`,
      `payment             INSERT       ${'·'.repeat(17)}█${'·'.repeat(17)}    0.0 ms`,
      '✗ payment: no answer',
    ]);
  });

  it('of parents in a cycle is called like its earliest span, and shows the names', async () => {
    const spans = [
      span(1, 2, 0, 100, { name: 'first' }),
      span(2, 1, 10, 50, { name: 'second' }),
      span(3, 2, 20, 30, { name: 'third' }),
    ];
    const { out } = await ask([...ARGS, '--data', dataFolderWith([line([ofService('loop', ...spans)])])], 80);
    const [title, , ...lines] = out.split('\n').slice(0, -2);
    expect(title).toBe('loop first  100.0 ms, 3 spans, kept by errors');
    expect(lines.map((text) => text.replaceAll(/[ ·█]+/g, ' ')).sort()).toEqual([
      'loop first 100.0 ms',
      'loop second 40.0 ms',
      'loop third 10.0 ms',
    ]);
  });

  it('of many levels shows the names of all', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => span(i + 1, i || undefined, i, 100, { name: `level-${i}` }));
    const { out } = await ask([...ARGS, '--data', dataFolderWith([line([ofService('deep', ...levels)])])], 80);
    const lines = out.split('\n').slice(2, 62);
    expect(lines.map((text) => /level-\d+/.exec(text)?.[0])).toEqual(levels.map((_, i) => `level-${i}`));
    // 26 columns for names at 80: half of them for the depth.
    expect(lines[12]).toMatch(/^deep {26}level-12 /);
    expect(lines[59]).toMatch(/^deep {27}level-59 /);
  });

  it('is rows for programs', async () => {
    const { out } = await ask([...ARGS, '--data', dataFolder(), '--json']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(rows.map(({ name, depth, message }) => [name, depth, message])).toEqual([
      ['timeless', 0, null],
      ['POST /checkout', 0, null],
      ['POST /charges', 1, 'no answer'],
      ['INSERT', 2, null],
    ]);
    expect((await ask([...ARGS, '--data', dataFolder()])).out).toMatch(/^depth\toffset_ms\t/);
  });

  it('of a trace that is not there has no rows and no drawing', async () => {
    const { out } = await ask([...ARGS.with(2, 'f'.repeat(32)), '--data', dataFolder()], 200);
    expect(out).toMatch(/^depth .*\n─+.*\n0 rows/);
  });
});
