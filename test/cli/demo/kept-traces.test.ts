import { expect, it } from 'vitest';
import { readKeptTraces } from '../../../lib/cli/demo/kept-traces.ts';
import { dataFolderWith, line, newDataFolder, oneSpan } from '../query/support/archive-folder.ts';

const EXCEPTION = {
  name: 'exception',
  attributes: [
    { key: 'exception.type', value: { stringValue: 'TimeoutError' } },
    { key: 'exception.message', value: { stringValue: 'no answer' } },
  ],
};

const SERVICE = { key: 'service.name', value: { stringValue: 'payment' } };

it('reads kept traces with their spans, from all their lines', async () => {
  const first = line(oneSpan({ name: 'POST', status: { code: 2 }, events: [{ name: 'log' }, EXCEPTION] }, [SERVICE]));
  const late = line(oneSpan({ spanId: '00f067aa0ba902b8', parentSpanId: '00f067aa0ba902b7' }), { seq: 1 });
  const traces = await readKeptTraces(dataFolderWith([first, late]));
  expect(traces).toEqual([
    {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      rootService: 'gateway',
      rootName: 'POST /checkout',
      durationMs: 812.5,
      isError: true,
      policy: 'errors',
      weight: 1,
      lineCount: 2,
      spans: expect.arrayContaining([
        {
          spanId: '00f067aa0ba902b7',
          parentSpanId: null,
          service: 'payment',
          name: 'POST',
          startNs: 1789456353123000000n,
          endNs: 1789456353135500000n,
          isError: true,
          exception: 'TimeoutError: no answer',
        },
        expect.objectContaining({ spanId: '00f067aa0ba902b8', parentSpanId: '00f067aa0ba902b7', exception: null }),
      ]),
    },
  ]);
});

it('reads an archive without traces', async () => {
  expect(await readKeptTraces(newDataFolder())).toEqual([]);
});
