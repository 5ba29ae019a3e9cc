import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { corpusOf } from '../../../bench/corpora.ts';
import { DictionaryStore, MissingDictionaryError } from '../../../lib/aws/dynamodb/dictionary-store.ts';
import { trainDictionary } from '../../../lib/aws/dynamodb/dictionary-training.ts';
import { DICTIONARY_USE_MS } from '../../../lib/aws/dynamodb/schema.ts';
import { DynamoDbSpanBuffer } from '../../../lib/aws/dynamodb/span-buffer.ts';
import type { TrainedDictionary } from '../../../lib/aws/dynamodb/trained-dictionary.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { Decider } from '../../../lib/pipeline/decide/decide-batch.ts';
import type { BufferedFragment, Evaluate } from '../../../lib/pipeline/ports.ts';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { MemoryKeyTables } from '../../memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../../memory/memory-limit-store.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { MemoryTraceArchive } from '../../memory/memory-trace-archive.ts';
import { MemoryWakeUpQueue } from '../../memory/memory-wake-up-queue.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { injectFaults, loseRequest } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

const PAYLOADS = corpusOf('gateway', 1024).flatMap(({ protobuf }) =>
  regroup(protobuf).fragments.map(({ payload }) => payload),
);
const TRAINED = trainDictionary(PAYLOADS.slice(0, 100));
/** A fragment of about 10 spans that was not in the training. */
const PAYLOAD = PAYLOADS.slice(100).find(({ length }) => length > 8_000) ?? new Uint8Array(0);

/** A process: ingest with `newest`, or decide. */
function process(clock: ManualClock, spillStore = new MemoryObjectStore(), newest?: TrainedDictionary) {
  const client = createClient();
  const retryPolicy = instantRetryPolicy(clock);
  const decoded: Uint8Array[] = [];
  const buffer = new DynamoDbSpanBuffer({
    ...{ client, tableName, clock, spillStore, retryPolicy },
    ...(newest !== undefined && { newestDictionary: async () => newest }),
    onDecoded: (payload) => decoded.push(payload),
  });
  return { buffer, client, decoded, store: new DictionaryStore({ client, tableName, clock, retryPolicy }) };
}

async function published(clock: ManualClock): Promise<TrainedDictionary> {
  return process(clock).store.put(TRAINED);
}

/** The first byte of the stored payload: how it is coded. */
async function codecOf(traceId: string): Promise<number | undefined> {
  const { Items = [] } = await createClient().call('Query', {
    TableName: tableName,
    KeyConditionExpression: 'traceId = :traceId',
    ExpressionAttributeValues: { ':traceId': { S: traceId } },
  });
  return Items[0]?.['p']?.B?.[0];
}

function fragment(clock: ManualClock, payload = PAYLOAD): BufferedFragment {
  return { traceId: randomBytes(16).toString('hex'), hash: 'aa', payload, receivedAtMs: clock.now(), spanCount: 10 };
}

describe('fragments with a trained dictionary', () => {
  it('are read by a process that has never heard of it', async () => {
    const clock = new ManualClock();
    const sent = fragment(clock);
    await process(clock, undefined, await published(clock)).buffer.append([sent]);
    expect(await codecOf(sent.traceId)).toBe(2);
    const reader = process(clock);
    const calls = injectFaults(reader.client, '', []);
    expect((await reader.buffer.read(sent.traceId)).fragments).toEqual([sent]);
    expect(reader.decoded).toEqual([PAYLOAD]);
    await reader.buffer.read(sent.traceId);
    expect(calls).toEqual(['Query', 'GetItem', 'Query']);
  });

  it('are read beside those of other dictionaries and of none', async () => {
    const clock = new ManualClock();
    const first = await published(clock);
    clock.advance(1000);
    const second = await process(clock).store.put(trainDictionary(PAYLOADS.slice(20, 90)));
    const { traceId } = fragment(clock);
    const sent = [first, undefined, second].map((dictionary, index) => ({
      dictionary,
      fragment: { ...fragment(clock), traceId, hash: `h${index}` },
    }));
    for (const { dictionary, fragment } of sent) {
      await process(clock, undefined, dictionary).buffer.append([fragment]);
    }
    const { fragments } = await process(clock).buffer.read(traceId);
    expect(fragments).toEqual(sent.map(({ fragment }) => fragment));
  });

  it('never outlive it: the last one that is written with it can be read in its last second', async () => {
    const clock = new ManualClock();
    const dictionary = await published(clock);
    const { buffer } = process(clock, undefined, dictionary);
    clock.advance(DICTIONARY_USE_MS);
    const last = fragment(clock);
    await buffer.append([last]);
    expect(await codecOf(last.traceId)).toBe(2);
    clock.advance(1000);
    const next = fragment(clock);
    await buffer.append([next]);
    expect(await codecOf(next.traceId)).toBe(1);

    // Now DynamoDB may delete the dictionary: nobody sees the fragment any more.
    clock.set(dictionary.expiresAt * 1000 - 1);
    expect((await process(clock).buffer.read(last.traceId)).fragments).toHaveLength(1);
    clock.set(dictionary.expiresAt * 1000);
    await remove(dictionary);
    expect((await process(clock).buffer.read(last.traceId)).fragments).toEqual([]);
    expect((await process(clock).buffer.read(next.traceId)).fragments).toEqual([next]);
  });

  it('fail by name where somebody deleted it, and are there again when it is restored', async () => {
    const clock = new ManualClock();
    const dictionary = await published(clock);
    const [lost, other] = [fragment(clock), fragment(clock)];
    await process(clock, undefined, dictionary).buffer.append([lost]);
    await process(clock).buffer.append([other]);
    await remove(dictionary);
    const { buffer } = process(clock);
    await expect(buffer.read(lost.traceId)).rejects.toThrow(MissingDictionaryError);
    expect((await buffer.read(other.traceId)).fragments).toEqual([other]);
    await restore(dictionary);
    expect((await buffer.read(lost.traceId)).fragments).toEqual([lost]);
  });

  it('are tried again where the table does not answer', async () => {
    const clock = new ManualClock();
    const sent = fragment(clock);
    await process(clock, undefined, await published(clock)).buffer.append([sent]);
    const { buffer, client } = process(clock);
    injectFaults(client, 'GetItem', [loseRequest, loseRequest]);
    expect((await buffer.read(sent.traceId)).fragments).toEqual([sent]);
  });

  it('are resent by an instance with another dictionary: the last one is kept, and reads the same', async () => {
    const clock = new ManualClock();
    const dictionary = await published(clock);
    const sent = fragment(clock);
    for (const newest of [undefined, dictionary, undefined]) {
      await process(clock, undefined, newest).buffer.append([sent]);
      expect(await codecOf(sent.traceId)).toBe(newest === undefined ? 1 : 2);
      expect((await process(clock).buffer.read(sent.traceId)).fragments).toEqual([sent]);
    }
  });

  it('are spilled without it, so that each write of a key has the same bytes', async () => {
    const clock = new ManualClock();
    const dictionary = await published(clock);
    const sent = fragment(clock, Uint8Array.from([...randomBytes(9_000), ...PAYLOAD, ...PAYLOAD]));
    const [withIt, without] = [new MemoryObjectStore(), new MemoryObjectStore()];
    await process(clock, withIt, dictionary).buffer.append([sent]);
    await process(clock, without).buffer.append([sent]);
    const key = `spill/${sent.traceId}/aa`;
    expect((await withIt.get(key))?.[0]).toBe(1);
    expect(await withIt.get(key)).toEqual(await without.get(key));
    expect((await process(clock, withIt).buffer.read(sent.traceId)).fragments).toEqual([sent]);
  });
});

describe('decide, where a dictionary is gone', () => {
  it('decides the other traces, keeps the wake-up, and keeps the trace once the dictionary is back', async () => {
    const clock = new ManualClock();
    const dictionary = await published(clock);
    const [lost, other] = corpusOf('gateway', 512, 5)
      .flatMap(({ protobuf }) => regroup(protobuf).fragments)
      .filter(({ payload }) => payload.length > 4_000)
      .map(({ traceId, payload, spanCount }) => ({
        traceId,
        hash: 'aa',
        payload,
        spanCount,
        receivedAtMs: clock.now(),
      }));
    if (lost === undefined || other === undefined) throw new Error('no fragments');
    await process(clock, undefined, dictionary).buffer.append([lost]);
    await process(clock).buffer.append([other]);
    await remove(dictionary);

    const queue = new MemoryWakeUpQueue({ clock });
    const archive = new MemoryTraceArchive();
    const parsed = parseSamplingConfig('policies: [{ name: all, type: always_sample }]');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const { config } = parsed;
    let ids = 0;
    const decideNext = async () => {
      const { buffer } = process(clock);
      const limits = new MemoryLimitStore();
      const keyTables = new MemoryKeyTables();
      const newId = () => String(++ids).padStart(16, '0');
      const decider = new Decider({ buffer, archive, wakeUps: queue, limits, keyTables, clock, newId });
      const messages = queue.receive();
      const received = messages.map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
      const evaluate: Evaluate = (trace, allowances) => evaluatePolicies(config, trace, allowances);
      const { failedMessageIds, summary } = await decider.decideBatch({
        received,
        evaluate,
        policies: config.fingerprint,
      });
      for (const { messageId } of received) if (!failedMessageIds.includes(messageId)) queue.acknowledge(messageId);
      return summary;
    };
    const fragments = [lost, other].map(({ traceId, hash }) => ({ traceId, hash }));
    await queue.send([{ wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments }, delaySeconds: 0 }]);

    expect(await decideNext()).toMatchObject({ sampled: 1, continued: 1 });
    clock.advance(900_000);
    expect(await decideNext()).toMatchObject({ sampled: 0, continued: 1 });
    await restore(dictionary);
    clock.advance(900_000);
    expect(await decideNext()).toMatchObject({ sampled: 1, continued: 0 });
    expect(queue.pendingCount).toBe(0);
  });
});

/** As from a backup. */
async function restore({ id, bytes, expiresAt }: TrainedDictionary): Promise<void> {
  const key = { traceId: { S: 'dictionary' }, sk: { S: `z#${id}` } };
  const Item = { ...key, expiresAt: { N: String(expiresAt) }, b: { B: bytes } };
  await createClient().call('PutItem', { TableName: tableName, Item });
}

async function remove({ id }: TrainedDictionary): Promise<void> {
  const Key = { traceId: { S: 'dictionary' }, sk: { S: `z#${id}` } };
  await createClient().call('DeleteItem', { TableName: tableName, Key });
}
