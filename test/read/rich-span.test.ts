import { describe, expect, it } from 'vitest';
import { uiTrace } from '../../functions/read/jaeger/ui-model.ts';
import { compactFolder } from '../../lib/archive/compaction/compact-folder.ts';
import { archiveKey, filedHour, hourFolder, partitionOf, TRACES_PREFIX } from '../../lib/archive/layout.ts';
import { archiveLines } from '../../lib/archive/line.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { EPOCH_MS } from '../support/build-trace.ts';
import { ALL, readerOf } from './model-archive.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const LINKED = 'b7ad6b7169203331b7ad6b7169203331';
const nanos = (ms: number) => String(BigInt(EPOCH_MS + ms) * 1_000_000n);

/** Everything that a span can have. */
const SPAN = {
  traceId: ID,
  spanId: '00000000000000a1',
  traceState: 'vendor=1',
  name: 'consume',
  kind: 5,
  startTimeUnixNano: nanos(0),
  endTimeUnixNano: nanos(7),
  attributes: [
    { key: 'bytes', value: { bytesValue: 'AQI=' } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } } },
    { key: 'nothing', value: {} },
  ],
  events: [
    {
      timeUnixNano: nanos(3),
      name: 'exception',
      attributes: [{ key: 'exception.type', value: { stringValue: 'Deadlock' } }],
    },
  ],
  links: [
    { traceId: LINKED, spanId: '00000000000000b1', attributes: [{ key: 'why', value: { stringValue: 'batch' } }] },
  ],
  status: { code: 2, message: 'gave up' },
};
const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'worker' } }] };
const SCOPE = { name: 'kafka', version: '1.2' };

async function written(): Promise<MemoryObjectStore> {
  const json = { resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: SCOPE, spans: [SPAN] }] }] };
  const trace = Trace.fromFragments(ID, [protobufFromJson(new TextEncoder().encode(JSON.stringify(json)))]);
  const lines = archiveLines(trace, {
    policy: 'errors',
    adjustedCount: null,
    decidedAtMs: EPOCH_MS + 30_000,
    firstSeq: 0,
  });
  const store = new MemoryObjectStore();
  const key = archiveKey(partitionOf(EPOCH_MS, EPOCH_MS), EPOCH_MS + 30_000, '0'.repeat(16));
  await store.createOnly(key, await NODE_CODECS.gzip(lines));
  return store;
}

describe('a span with everything', () => {
  it('is read from its line as it was sent', async () => {
    const { trace } = await readerOf({ store: await written() }).get(ID, ALL);
    expect(trace?.spans).toEqual([{ span: SPAN, service: 'worker', resource: RESOURCE, scope: SCOPE, seq: 0 }]);
  });

  it('is read from a part with its values as text', async () => {
    const store = await written();
    const hour = filedHour(store.keys()[0] ?? '');
    await compactFolder(hourFolder(hour, {}), { store, codecs: NODE_CODECS }, () => true);
    const listFolder = async (folder: string) =>
      folder.startsWith(TRACES_PREFIX)
        ? { objects: [], folders: (await store.listFolder(folder)).folders }
        : store.listFolder(folder);
    const parts = { listFolder, get: async () => undefined, getRange: store.getRange.bind(store) };
    const { trace } = await readerOf({ store: parts }).get(ID, ALL);
    expect(trace).toMatchObject({ source: 'parts', policy: 'errors', weight: null });
    expect(trace?.spans).toEqual([
      {
        service: 'worker',
        resource: RESOURCE,
        scope: SCOPE,
        seq: 0,
        span: {
          ...SPAN,
          attributes: [
            { key: 'bytes', value: { stringValue: 'AQI=' } },
            { key: 'list', value: { stringValue: '["a","1"]' } },
            { key: 'map', value: { stringValue: '[{"key":"k","value":"true"}]' } },
            { key: 'nothing', value: {} },
          ],
          links: [{ traceId: LINKED, spanId: '00000000000000b1' }],
        },
      },
    ]);
  });

  it('is shown by Jaeger with its events as logs and its links as references', async () => {
    const { trace } = await readerOf({ store: await written() }).get(ID, ALL);
    if (trace === undefined) throw new Error('it is not found');
    expect(uiTrace(trace).spans).toMatchObject([
      {
        references: [{ refType: 'FOLLOWS_FROM', traceID: LINKED, spanID: '00000000000000b1' }],
        duration: 7000,
        logs: [
          {
            timestamp: EPOCH_MS * 1000 + 3000,
            fields: [
              { key: 'event', type: 'string', value: 'exception' },
              { key: 'exception.type', type: 'string', value: 'Deadlock' },
            ],
          },
        ],
        tags: [
          { key: 'bytes', type: 'binary', value: 'AQI=' },
          { key: 'list', type: 'string', value: '["a","1"]' },
          { key: 'map', type: 'string', value: '[{"key":"k","value":"true"}]' },
          { key: 'nothing', type: 'string', value: '' },
          { key: 'otel.scope.name', type: 'string', value: 'kafka' },
          { key: 'otel.scope.version', type: 'string', value: '1.2' },
          { key: 'span.kind', type: 'string', value: 'consumer' },
          { key: 'otel.status_code', type: 'string', value: 'ERROR' },
          { key: 'error', type: 'bool', value: true },
          { key: 'otel.status_description', type: 'string', value: 'gave up' },
          { key: 'w3c.tracestate', type: 'string', value: 'vendor=1' },
          { key: 'tailgate.sampling_policy', type: 'string', value: 'errors' },
        ],
      },
    ]);
  });

  it('is found by its status message', async () => {
    const reader = readerOf({ store: await written() });
    const find = (value: string) =>
      reader.find({ window: ALL, condition: { field: { of: 'span', name: 'statusMessage' }, operator: '=~', value } });
    expect((await find('gave.*')).traces).toHaveLength(1);
    expect((await find('took.*')).traces).toHaveLength(0);
  });
});
