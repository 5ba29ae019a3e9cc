import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReaders } from '../../../functions/read/readers.ts';
import { archiveKey, partitionOfHour } from '../../../lib/archive/layout.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { TraceTooLargeError } from '../../../lib/pipeline/ports.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { ALL, modelTraces, readerOf, writeArchive } from '../../read/model-archive.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { asking } from './ask.ts';

const traces =
  fc.sample(
    modelTraces.filter(({ length }) => length > 5),
    { seed: 5, numRuns: 1 },
  )[0] ?? [];
const ask = asking(readerOf(await writeArchive(traces)));

const path = fc
  .tuple(
    fc.constantFrom(
      '/api',
      '/jaeger/api',
      '/jaeger/api/v3',
      '/tempo/api',
      '/tempo/api/search',
      '/tempo/api/v2/search',
      '/tempo',
      '',
    ),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          'traces',
          'services',
          'operations',
          'tags',
          'values',
          'dependencies',
          'red',
          'policies',
          'trace-summaries',
          'search',
          'tag',
          'span.a/b',
          '%',
          '%2e%2e',
          '..',
        ),
        fc.webSegment(),
        fc.string(),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([prefix, segments]) => [prefix, ...segments].join('/'));
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'from',
        'to',
        'limit',
        'order',
        'attribute',
        'kind',
        'minDurationMs',
        'step',
        'by',
        'scope',
        'start',
        'end',
        'tags',
        'tag',
        'traceID',
        'minDuration',
        'endTs',
        'lookback',
        'query.startTimeMin',
        'query.startTimeMax',
        'query.attributes',
        'query.durationMin',
        'query.searchDepth',
        'q',
        'spss',
      ),
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          '-1h',
          '0',
          '1e9',
          '9'.repeat(30),
          '{}',
          '{"a":{}}',
          'a=~(',
          '.=x',
          '2023-11-14T22:13:20Z',
          '-',
          'NaN',
          '[]',
          '{} | count() > 1',
          '{ .a =~ "(" || status = ok',
          'a="b c" d',
        ),
      ),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => new URLSearchParams(pairs).toString());

describe('whatever is asked', () => {
  it('is answered, and never as a failure of the service', async () => {
    await fc.assert(
      fc.asyncProperty(path, query, async (one, parameters) => {
        const { status } = await ask(`${one.replaceAll('?', '')}?${parameters}`);
        expect([200, 400, 404]).toContain(status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('whatever lies in the archive', () => {
  const anyJson = fc.jsonValue({ maxDepth: 3 });
  const line = fc.oneof(
    fc.string(),
    anyJson.map((value) => JSON.stringify(value)),
    fc
      .record(
        {
          resourceSpans: fc.oneof(
            anyJson,
            fc.array(
              fc.record({ resource: anyJson, scopeSpans: fc.oneof(anyJson, fc.array(fc.record({ spans: anyJson }))) }),
            ),
          ),
          trace_id: fc.oneof(anyJson, fc.constant('a'.repeat(32))),
          seq: anyJson,
          decided_at: anyJson,
        },
        { requiredKeys: ['resourceSpans', 'trace_id'] },
      )
      .map((value) => JSON.stringify(value)),
  );

  it('the other traces are found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 3 }), async (lines) => {
        const store = new MemoryObjectStore();
        await writeArchive(traces, 2, {}, store);
        const key = archiveKey(partitionOfHour('2023-11-14T23'), EPOCH_MS, 'f'.repeat(16));
        await store.put(key, await NODE_CODECS.gzip([Buffer.from(lines.join('\n'))]));
        const reader = readerOf({ store });
        const { traces: found } = await reader.find({ window: ALL, limit: 1000 });
        const ids = new Set(found.map(({ traceId }) => traceId));
        expect(traces.every(({ traceId }) => ids.has(traceId))).toBe(true);
        await Promise.all([
          reader.services(ALL),
          reader.dependencies(ALL),
          reader.red({ window: ALL, stepMs: 60_000 }),
          reader.tags(ALL),
        ]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a trace that is too large for the buffer to read', () => {
  it('is looked for in the archive', async () => {
    const { store } = await writeArchive(traces);
    const buffer = () => ({ read: () => Promise.reject(new TraceTooLargeError('too many fragments')) });
    const reader = createReaders({ store, buffer, clock: new ManualClock(EPOCH_MS) })(undefined);
    const { traceId = '' } = traces[0] ?? {};
    expect((await reader.get(traceId, ALL)).trace?.traceId).toBe(traceId);
  });
});
