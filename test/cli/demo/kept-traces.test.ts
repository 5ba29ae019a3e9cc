import { expect, it, onTestFinished, vi } from 'vitest';
import { readKeptTraces, readWaterfall } from '../../../lib/cli/demo/kept-traces.ts';
import { type ArchiveDatabase, openArchiveDatabase } from '../../../lib/cli/query/duckdb/database.ts';
import { dataFolderWith, line, newDataFolder, oneSpan } from '../query/support/archive-folder.ts';

const EXCEPTION = {
  name: 'exception',
  attributes: [
    { key: 'exception.type', value: { stringValue: 'TimeoutError' } },
    { key: 'exception.message', value: { stringValue: 'no answer' } },
  ],
};

const SERVICE = { key: 'service.name', value: { stringValue: 'payment' } };

async function read<Value>(dataDir: string, what: (database: ArchiveDatabase) => Promise<Value>): Promise<Value> {
  const database = await openArchiveDatabase(dataDir);
  try {
    return await what(database);
  } finally {
    database.close();
  }
}

it('reads kept traces with their spans, from all their lines', async () => {
  const first = line(oneSpan({ name: 'POST', status: { code: 2 }, events: [{ name: 'log' }, EXCEPTION] }, [SERVICE]));
  const late = line(oneSpan({ spanId: '00f067aa0ba902b8', parentSpanId: '00f067aa0ba902b7' }), { seq: 1 });
  expect(await read(dataFolderWith([first, late]), readKeptTraces)).toEqual([
    {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      rootName: 'POST /checkout',
      durationMs: 812.5,
      isError: true,
      policy: 'errors',
      weight: 1,
      lineCount: 2,
      spans: expect.arrayContaining([
        { spanId: '00f067aa0ba902b7', service: 'payment' },
        expect.objectContaining({ spanId: '00f067aa0ba902b8' }),
      ]),
    },
  ]);
});

it('draws a kept trace as the query does, with the cause of its failure', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 8, 15, 8) });
  onTestFinished(() => void vi.useRealTimers());
  const parent = { name: 'POST', status: { code: 2 }, events: [EXCEPTION] };
  const lines = [line(oneSpan(parent, [SERVICE]))];
  const drawn = await read(dataFolderWith(lines), (database) =>
    readWaterfall(database, '4bf92f3577b34da6a3ce929d0e0e4736'),
  );
  expect(drawn).toMatchObject({
    title: 'payment POST',
    fate: 'kept by errors',
    spans: [{ service: 'payment', name: 'POST', depth: 0, offsetMs: 0, durationMs: 12.5, isError: true }],
    cause: 'payment: no answer',
  });
});

it('reads an archive without traces', async () => {
  expect(await read(newDataFolder(), readKeptTraces)).toEqual([]);
});
