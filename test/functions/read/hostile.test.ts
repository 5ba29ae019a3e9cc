import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReaders, recordsIn } from '../../../functions/read/readers.ts';
import { archiveKey, filedHour, partitionOfHour } from '../../../lib/archive/layout.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { TraceTooLargeError } from '../../../lib/pipeline/ports.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { ALL, modelTraces, readerOf, writeArchive } from '../../read/model-archive.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { silentLog } from '../../support/silent-log.ts';
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

const { store: whole } = await writeArchive(traces, 100);
const [victim = ''] = whole.keys();
const text = NODE_CODECS.gunzip((await whole.get(victim)) ?? new Uint8Array(), 1_000_000);
const lines = Buffer.from(text).toString().trim().split('\n');

describe('whatever becomes of a line of the archive', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, [null], {}, '', 'abc', -1, 1e300, '9'.repeat(30), '18446744073709551615', true),
    fc.constant(Array.from({ length: 20_000 }).reduce((inner) => [inner], {})),
    fc.constant(
      Array.from({ length: 5_000 }).reduce((inner) => ({ arrayValue: { values: [inner] } }), { stringValue: 'x' }),
    ),
  );
  /** Puts something odd somewhere into a line, in place of what is there or beside it. */
  const mutated = fc.tuple(fc.nat(), fc.nat(), odd, fc.boolean()).map(([which, where, value, isBeside]) => {
    const line = JSON.parse(lines[which % lines.length] ?? '{}');
    const places: (readonly [Record<string, unknown>, string])[] = [];
    const walk = (node: unknown) => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, inner] of Object.entries(node)) {
        places.push([node as Record<string, unknown>, key]);
        walk(inner);
      }
    };
    walk(line);
    const [node, key] = places[where % places.length] ?? [line, 'seq'];
    node[isBeside ? 'unknown' : key] = value;
    return deepJson(line);
  });
  const cut = fc
    .tuple(fc.nat(), fc.nat())
    .map(([which, at]) => (lines[which % lines.length] ?? '').slice(0, at % 2000));

  it('fails no request, and takes no other trace with it', async () => {
    const from = `from=${ALL.fromMs}&to=${ALL.toMs}`;
    const iso = (ms: number) => new Date(ms).toISOString();
    const jaegerFrom = `query.startTimeMin=${iso(ALL.fromMs)}&query.startTimeMax=${iso(ALL.toMs)}`;
    const targets = (id: string) => [
      `/api/traces?${from}&limit=1000`,
      `/api/traces?${from}&order=slowest&attribute=tier!=none`,
      `/api/traces?${from}&attribute=.http.route=~.*&minSpanDurationMs=0`,
      `/api/traces/${id}?${from}`,
      ...['services', 'operations', 'tags', 'dependencies', 'policies'].map((name) => `/api/${name}?${from}`),
      `/api/red?${from}&by=operation&step=600`,
      `/api/tags/tier/values?${from}`,
      `/jaeger/api/v3/trace-summaries?${jaegerFrom}`,
      `/jaeger/api/v3/traces?${jaegerFrom}`,
      `/jaeger/api/v3/traces/${id}`,
      `/jaeger/api/traces?start=${ALL.fromMs * 1000}&end=${ALL.toMs * 1000}&limit=1000`,
      `/jaeger/api/traces/${id}`,
      ...[
        'search?q=%7B%7D&',
        'search?q=%7Bspan.tier!=%22none%22%7D&',
        'v2/search/tags?',
        `v2/traces/${id}?`,
        `traces/${id}?`,
      ].map((path) => `/tempo/api/${path}start=${ALL.fromMs / 1000}&end=${ALL.toMs / 1000}`),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: mutated }, cut), { minLength: 1, maxLength: 4 }),
        async (some) => {
          const { store, records } = await writeArchive(traces, 2);
          const key = archiveKey(partitionOfHour('2023-11-14T23'), EPOCH_MS, 'f'.repeat(16));
          await store.put(key, await NODE_CODECS.gzip([Buffer.from(some.join('\n'))]));
          const ask = asking(readerOf({ store }));
          const askByRecord = asking(readerOf({ store }, { records }));
          for (const target of targets(traces[0]?.traceId ?? '')) {
            expect([200, 404], target).toContain((await ask(target)).status);
          }
          const { json } = await ask(`/api/traces?${from}&limit=1000`);
          const ids = new Set(json.traces.map(({ traceId }: { traceId: string }) => traceId));
          for (const { traceId } of traces) {
            expect(ids.has(traceId)).toBe(true);
            expect((await askByRecord(`/api/traces/${traceId}?${from}`)).status).toBe(200);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['a time that is none', (line: string) => line.replace(/"startTimeUnixNano":"\d+"/, '"startTimeUnixNano":"abc"')],
    ['an event that is none', (line: string) => line.replace('"spanId":', '"events":[null],"spanId":')],
    ['half of it', (line: string) => line.slice(0, line.length / 2)],
    ['a value of another type', (line: string) => line.replace(/"seq":\d+/, '"seq":[]')],
  ])('is left out, counted and said: %s', async (_, damage) => {
    const store = new MemoryObjectStore();
    const [first = '', ...others] = lines;
    await store.put(victim, await NODE_CODECS.gzip([Buffer.from([damage(first), ...others].join('\n'))]));
    const log = new RecordingLog();
    const read = createReaders({
      store,
      records: () => ({ find: async () => undefined }),
      clock: new ManualClock(EPOCH_MS + 24 * 3_600_000),
      log,
    });
    const ask = asking(read(undefined), { log });
    const hour = filedHour(victim);
    const { json } = await ask(`/api/services?from=${ALL.fromMs}&to=${ALL.toMs}`);
    expect(json).toMatchObject({ isComplete: false, missingHours: [hour], damaged: { lines: 1, objects: 0 } });
    const classic = await ask(`/jaeger/api/traces?start=${ALL.fromMs * 1000}&end=${ALL.toMs * 1000}`);
    expect(classic.json.errors).toEqual([{ msg: expect.stringContaining('lines: 1') }]);
    expect(log.entries).toMatchObject([{ message: 'damaged', fields: { key: victim, lines: 1 } }]);
  });
});

/** As `JSON.stringify`, which ends at the depth of the stack. */
function deepJson(value: unknown): string {
  const parts: string[] = [];
  const open: (string | { readonly value: unknown })[] = [{ value }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') parts.push(next);
    else if (typeof next.value !== 'object' || next.value === null) parts.push(JSON.stringify(next.value));
    else {
      const isList = Array.isArray(next.value);
      const inner = Object.entries(next.value).flatMap(([key, one], at) => [
        `${at === 0 ? '' : ','}${isList ? '' : `${JSON.stringify(key)}:`}`,
        { value: one },
      ]);
      open.push(...[isList ? '[' : '{', ...inner, isList ? ']' : '}'].reverse());
    }
  }
  return parts.join('');
}

describe('a trace that is too large for the buffer to read', () => {
  it('is looked for in the archive', async () => {
    const { store } = await writeArchive(traces);
    const buffer = { read: () => Promise.reject(new TraceTooLargeError('too many fragments')) };
    const records = () => recordsIn(buffer);
    const reader = createReaders({ store, records, clock: new ManualClock(EPOCH_MS), log: silentLog })(undefined);
    const { traceId = '' } = traces[0] ?? {};
    expect((await reader.get(traceId, ALL)).trace?.traceId).toBe(traceId);
  });
});
