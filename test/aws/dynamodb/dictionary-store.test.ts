import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DictionaryStore, MissingDictionaryError } from '../../../lib/aws/dynamodb/dictionary-store.ts';
import { DICTIONARY_USE_MS, fragmentExpiresAt } from '../../../lib/aws/dynamodb/schema.ts';
import type { TableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { trainedAtMs } from '../../../lib/aws/dynamodb/trained-dictionary.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../../lib/pipeline/adapter-rules.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { injectFaults, loseAnswer, loseRequest, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();
let tenants = 0;

/** Each test has a tenant, and so dictionaries, of its own. */
function create(options: { readonly tenant?: string; readonly client?: TableCalls } = {}) {
  const { tenant = `tenant-${tenants++}`, client = createClient() } = options;
  const clock = new ManualClock();
  const store = new DictionaryStore({ client, tableName, clock, tenant, retryPolicy: instantRetryPolicy(clock) });
  return { store, clock, client, tenant };
}

const bytes = () => Uint8Array.from(randomBytes(31_000));

describe('DictionaryStore', () => {
  it('has none at first', async () => {
    expect(await create().store.newest()).toBeUndefined();
  });

  it('reads what it was given, in another process too, by its ID and as the newest', async () => {
    const { store, clock, tenant } = create();
    const put = await store.put(bytes());
    const other = create({ tenant });
    expect(await other.store.bytesOf(put.id)).toEqual(put.bytes);
    expect(await create({ tenant }).store.newest()).toEqual(put);
    expect(trainedAtMs(put)).toBe(Math.floor(clock.now() / 1000) * 1000);
  });

  it('has the newest of several, and keeps the others readable', async () => {
    const { store, clock, tenant } = create();
    const first = await store.put(bytes());
    clock.advance(1000);
    const second = await store.put(bytes());
    const { store: other } = create({ tenant });
    expect(await other.newest({ consistent: true })).toEqual(second);
    expect(await other.bytesOf(first.id)).toEqual(first.bytes);
  });

  it('lives for as long as a fragment of its last day of use', async () => {
    const { store, clock } = create();
    const nowMs = clock.now();
    const { expiresAt } = await store.put(bytes());
    expect(expiresAt).toBe(fragmentExpiresAt(nowMs + DICTIONARY_USE_MS, DEFAULT_BUFFER_TTL_MS));
    clock.set(expiresAt * 1000 - 1);
    expect(await store.newest()).toBeDefined();
    clock.set(expiresAt * 1000);
    expect(await store.newest()).toBeUndefined();
  });

  it('keeps tenants apart', async () => {
    const one = create();
    const { id } = await one.store.put(bytes());
    const { store: other } = create();
    expect(await other.newest()).toBeUndefined();
    await expect(other.bytesOf(id)).rejects.toThrow(MissingDictionaryError);
  });

  it('asks the table once for each dictionary', async () => {
    const { store, tenant } = create();
    const { id } = await store.put(bytes());
    const { store: reader, client } = create({ tenant });
    const calls = injectFaults(client, '', []);
    await Promise.all(Array.from({ length: 20 }, () => reader.bytesOf(id)));
    await reader.bytesOf(id);
    expect(calls).toEqual(['GetItem']);
  });

  it('asks again after a failure, and after a dictionary was missing', async () => {
    const { store, tenant } = create();
    const { id, bytes: trained } = await store.put(bytes());
    const reader = create({ tenant, client: createClient() });
    injectFaults(reader.client, 'GetItem', [
      async () => ({}),
      async () => Promise.reject(Object.assign(new Error('denied'), { name: 'AccessDeniedException' })),
    ]);
    await expect(reader.store.bytesOf(id)).rejects.toThrow(
      `dictionary ${id}, but the buffer table has no item ${tenant}/dictionary / z#${id}: restore it`,
    );
    await expect(reader.store.bytesOf(id)).rejects.toThrow('denied');
    expect(await reader.store.bytesOf(id)).toEqual(trained);
  });

  it.each([
    { what: 'throttling', fault: refuse('ThrottlingException', 400) },
    { what: 'a lost request', fault: loseRequest },
    { what: 'a lost answer', fault: loseAnswer },
  ])('puts all the same after $what', async ({ fault }) => {
    const { store, client, tenant } = create();
    injectFaults(client, 'PutItem', [fault, fault]);
    const put = await store.put(bytes());
    expect(await create({ tenant }).store.newest()).toEqual(put);
  });

  it('says when it could not put', async () => {
    const { store, client } = create();
    injectFaults(client, 'PutItem', [loseRequest], { forever: true });
    await expect(store.put(bytes())).rejects.toThrow(UnavailableError);
  });

  it('does not wait for a table that is slow to answer: newest is tried once', async () => {
    const { store, client } = create();
    const calls = injectFaults(client, 'Query', [loseRequest], { forever: true });
    await expect(store.newest()).rejects.toThrow('socket hang up');
    expect(calls).toEqual(['Query']);
  });

  it('refuses bytes that are not those of the ID', async () => {
    const { store, client, tenant } = create();
    const id = '6920000000c0ffee';
    const item = {
      traceId: { S: `${tenant}/dictionary` },
      sk: { S: `z#${id}` },
      expiresAt: { N: '9999999999' },
      b: { B: bytes() },
    };
    await client.call('PutItem', { TableName: tableName, Item: item });
    await expect(store.bytesOf(id)).rejects.toThrow(`attribute "b" must be the bytes of dictionary ${id}`);
    await expect(store.newest()).rejects.toThrow(`attribute "b" must be the bytes of dictionary ${id}`);
  });
});
