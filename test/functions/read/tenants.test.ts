/** Two tenants with an archive in one bucket and records in one table, each with a read key: neither sees anything of the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredKeys } from '../../../functions/ingest/keys.ts';
import { createReadHandler } from '../../../functions/read/handler.ts';
import { createReaders, keptRecords } from '../../../functions/read/readers.ts';
import { toRecordItem } from '../../../lib/aws/dynamodb/decision-item.ts';
import { DecisionRecords } from '../../../lib/aws/dynamodb/decision-records.ts';
import { createIngestKey, hashKey } from '../../../lib/aws/ssm/ingest-key.ts';
import { KeyParameters } from '../../../lib/aws/ssm/ingest-keys.ts';
import { functionUrlEvent } from '../../../lib/local/function-url-event.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { type ModelTrace, writeArchive } from '../../read/model-archive.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ParameterStore } from '../../support/parameter-store.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const PATH = '/tailgate/all/read-keys';
const HOUR_MS = 3_600_000;
const clock = new ManualClock(EPOCH_MS + HOUR_MS);
const WINDOW = `from=${EPOCH_MS}&to=${EPOCH_MS + HOUR_MS}`;

/** Every name in it has the tenant's own word in it. */
function traceOf(word: string, traceId: string): ModelTrace {
  const root = {
    spanId: `${word.length}`.padStart(16, 'a'),
    parentSpanId: undefined,
    service: `${word}-gateway`,
    name: `GET /${word}`,
    kind: 2,
    status: 'ERROR' as const,
    startMs: 1000,
    endMs: 1800,
    attributes: { [`${word}.key`]: `${word}-value`, 'customer.id': `${word}-customer` },
    resource: { 'service.name': `${word}-gateway`, 'k8s.pod.name': `${word}-pod` },
  };
  const child = { ...root, spanId: 'b'.repeat(16), parentSpanId: root.spanId, service: `${word}-db`, kind: 3 };
  const claims = [[root, { ...child, resource: { 'service.name': `${word}-db` } }]];
  return { traceId, policy: `${word}-policy`, weight: 1, claims };
}

const IDS = { shop: '5'.repeat(32), bank: 'b'.repeat(32), both: 'c'.repeat(32) };
const keys = { shop: createIngestKey(), bank: createIngestKey(), none: createIngestKey() };
let parameters: ParameterStore;
let handler: ReturnType<typeof createReadHandler>;
const log = new RecordingLog();

beforeAll(async () => {
  parameters = await ParameterStore.start();
  for (const tenant of ['shop', 'bank'] as const) {
    parameters.set(`${PATH}/${keys[tenant].id}`, JSON.stringify({ hash: hashKey(keys[tenant].key), tenant }));
  }
  parameters.set(`${PATH}/${keys.none.id}`, JSON.stringify({ hash: hashKey(keys.none.key) }));
  const store = new MemoryObjectStore();
  const items = new Map<string, object>();
  for (const tenant of ['shop', 'bank'] as const) {
    // One ID is in both archives: clients choose them.
    const traces = [traceOf(tenant, IDS[tenant]), traceOf(tenant, IDS.both)];
    const { records } = await writeArchive(traces, 2, { tenant }, store);
    for (const [traceId, { partition, keys: objects, lineCount }] of records) {
      const claims = objects.map((key) => ({ key, fragments: [], claimedAtMs: EPOCH_MS, firstSeq: 0, lineCount }));
      const decision = { policy: 'p', adjustedCount: 1, partition, claims, version: 1 };
      const item = toRecordItem(traceId, decision, EPOCH_MS / 1000 + 86_400, { tenant });
      items.set(Object.values(item['traceId'] ?? {}).join(), item);
    }
  }
  const client = {
    call: async (operation: string, { Key }: { Key?: Record<string, { S?: string }> }) => {
      expect(operation).toBe('GetItem');
      return { Item: items.get(Key?.['traceId']?.S ?? '') };
    },
  };
  const readers = createReaders({
    store,
    records: (tenant) => {
      const records = new DecisionRecords({ client: client as never, tableName: 'table', clock, tenant });
      return keptRecords((traceId) => records.find(traceId));
    },
    clock,
    log,
  });
  const stored = new StoredKeys(
    { parameters: new KeyParameters({ client: parameters.client(), path: PATH, clock }), clock, log },
    { hasTenants: true, purpose: 'read' },
  );
  handler = createReadHandler(
    { readers, authorize: (headers) => stored.authorize(headers), clock, log },
    async () => undefined,
  );
});
afterAll(() => parameters.stop());

async function ask(target: string, key: string): Promise<{ status: number | undefined; text: string }> {
  const event = functionUrlEvent({ method: 'GET', target, headers: { 'x-api-key': key }, body: new Uint8Array() });
  const { statusCode, body = '' } = await handler(event);
  return { status: statusCode, text: Buffer.from(body, 'base64').toString() };
}

const MICROS = `start=${EPOCH_MS}000&end=${EPOCH_MS + HOUR_MS}000`;
const SECONDS = `start=${EPOCH_MS / 1000}&end=${(EPOCH_MS + HOUR_MS) / 1000}`;
const RFC3339 = `query.startTimeMin=${new Date(EPOCH_MS).toISOString()}&query.startTimeMax=${new Date(EPOCH_MS + HOUR_MS).toISOString()}`;

/** Everything that can be asked; `bank` stands for the word of the other. */
const TARGETS = [
  `/api/traces?${WINDOW}`,
  `/api/traces?${WINDOW}&order=slowest`,
  `/api/traces?${WINDOW}&service=bank-gateway`,
  `/api/traces?${WINDOW}&policy=bank-policy`,
  `/api/traces?${WINDOW}&attribute=customer.id%3Dbank-customer`,
  `/api/traces?${WINDOW}&attribute=bank.key%3D~.*`,
  `/api/traces/${IDS.bank}`,
  `/api/traces/${IDS.bank}?${WINDOW}`,
  `/api/traces/${IDS.both}?${WINDOW}`,
  `/api/traces/bank%2F${IDS.bank}?${WINDOW}`,
  `/api/traces/..%2Ftenant=bank%2F${IDS.bank}?${WINDOW}`,
  `/api/services?${WINDOW}`,
  `/api/services?${WINDOW}&tenant=bank`,
  `/api/operations?${WINDOW}`,
  `/api/operations?${WINDOW}&service=bank-gateway`,
  `/api/tags?${WINDOW}`,
  `/api/tags/customer.id/values?${WINDOW}`,
  `/api/tags/bank.key/values?${WINDOW}`,
  `/api/tags/k8s.pod.name/values?${WINDOW}&scope=resource`,
  `/api/dependencies?${WINDOW}`,
  `/api/red?${WINDOW}&by=operation`,
  `/api/policies?${WINDOW}`,
  `/jaeger/api/services`,
  `/jaeger/api/services/bank-gateway/operations`,
  `/jaeger/api/operations?service=bank-gateway`,
  `/jaeger/api/traces?service=bank-gateway&${MICROS}`,
  `/jaeger/api/traces?${MICROS}`,
  `/jaeger/api/traces?traceID=${IDS.bank}`,
  `/jaeger/api/traces/${IDS.bank}`,
  `/jaeger/api/traces/${IDS.both}`,
  `/jaeger/api/dependencies?endTs=${EPOCH_MS + HOUR_MS}&lookback=${HOUR_MS}`,
  `/jaeger/api/v3/services`,
  `/jaeger/api/v3/operations?service=bank-gateway`,
  `/jaeger/api/v3/trace-summaries?${RFC3339}`,
  `/jaeger/api/v3/traces/${IDS.bank}`,
  `/tempo/api/search?q={}&${SECONDS}`,
  `/tempo/api/search?q=${encodeURIComponent('{ .customer.id = "bank-customer" }')}&${SECONDS}`,
  `/tempo/api/v2/search/tags?${SECONDS}`,
  `/tempo/api/search/tags?${SECONDS}`,
  `/tempo/api/v2/search/tag/.customer.id/values?${SECONDS}`,
  `/tempo/api/v2/search/tag/resource.service.name/values?${SECONDS}`,
  `/tempo/api/v2/traces/${IDS.bank}`,
  `/tempo/api/traces/${IDS.bank}?${SECONDS}`,
];

const withoutErrors = (name: string, value: unknown) => (name === 'errors' ? undefined : value);

describe('a read key', () => {
  it.each(TARGETS)('of one tenant shows nothing of another: %s', async (target) => {
    for (const [own, other] of [
      ['shop', 'bank'],
      ['bank', 'shop'],
    ] as const) {
      const asked = target.replaceAll('bank', other).replaceAll(IDS.bank, IDS[other]);
      // What the other has read stays in the memory of the instance.
      await ask(asked, keys[other].key);
      const { status = 500, text } = await ask(asked, keys[own].key);
      // A refusal may repeat what was asked for.
      const words = status === 200 ? JSON.stringify(JSON.parse(text), withoutErrors) : '';
      expect(status).toBeLessThan(500);
      expect(words).not.toContain(`${other}-`);
      expect(words).not.toContain(`/${other}`);
      expect(words).not.toContain(IDS[other]);
    }
  });

  it('shows what is its own', async () => {
    for (const own of ['shop', 'bank'] as const) {
      const { text } = await ask(`/api/traces?${WINDOW}`, keys[own].key);
      expect(
        JSON.parse(text)
          .traces.map(({ traceId }: { traceId: string }) => traceId)
          .sort(),
      ).toEqual([IDS[own], IDS.both].sort());
      for (const id of [IDS[own], IDS.both]) {
        // By the record, without a window.
        const { status, text: one } = await ask(`/api/traces/${id}`, keys[own].key);
        expect(status).toBe(200);
        expect(one).toContain(`${own}-policy`);
      }
      expect((await ask('/jaeger/api/services', keys[own].key)).status).toBe(200);
    }
  });

  it('without a tenant shows nothing at all', async () => {
    expect((await ask(`/api/traces?${WINDOW}`, keys.none.key)).status).toBe(401);
    expect(log.entries.map(({ message }) => message)).toContain('read key skipped');
  });
});
