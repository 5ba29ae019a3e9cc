import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BYTES_AT_ONCE } from '../../../lib/aws/dynamodb/encode-fragments.ts';
import { toFragmentItem } from '../../../lib/aws/dynamodb/fragment-item.ts';
import { encodeLarge } from '../../../lib/aws/dynamodb/fragment-payload.ts';
import { MissingSpillError } from '../../../lib/aws/dynamodb/payload-reader.ts';
import { DynamoDbSpanBuffer } from '../../../lib/aws/dynamodb/span-buffer.ts';
import type { BufferedFragment, DecisionRecord, SpillStore } from '../../../lib/pipeline/ports.ts';
import { TraceTooLargeError, UnavailableError } from '../../../lib/pipeline/ports.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { type Fault, injectFaults, loseAnswer, loseRequest, refuse, serviceError } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

describe('DynamoDbSpanBuffer with a large request', () => {
  it('lets other work go on while it compresses', async () => {
    const { buffer, client } = create();
    let turns = 0;
    let turnsBeforeFirstWrite = Number.NaN;
    const noteTurns: Fault = async ({ proceed }) => {
      turnsBeforeFirstWrite = turns;
      return proceed();
    };
    injectFaults(client, 'BatchWriteItem', [noteTurns]);
    const traceId = newTraceId();
    const payload = new Uint8Array(BYTES_AT_ONCE / 4).fill(97);
    const count = () => {
      turns += 1;
      if (Number.isNaN(turnsBeforeFirstWrite)) setImmediate(count);
    };
    setImmediate(count);
    await buffer.append(fragments(traceId, 40).map((fragment) => ({ ...fragment, payload })));
    expect(turnsBeforeFirstWrite).toBeGreaterThanOrEqual(40 / 4);
  });

  it('compresses a large fragment on another thread', async () => {
    const { buffer } = create();
    const traceId = newTraceId();
    const [fragment] = fragments(traceId, 1);
    if (fragment === undefined) throw new Error('no fragment');
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const payload = new Uint8Array(BYTES_AT_ONCE + 1).fill(97);
    const item = toFragmentItem({ ...fragment, payload }, 0, {}, { deflated: await encodeLarge(payload) });
    isDone = true;
    expect(turns).toBeGreaterThan(0);
    expect(item).toEqual(toFragmentItem({ ...fragment, payload }, 0));
    await buffer.append([{ ...fragment, payload }]);
    const [found] = (await buffer.read(traceId)).fragments;
    expect(Buffer.compare(found?.payload ?? new Uint8Array(0), payload)).toBe(0);
  });
});

describe('DynamoDbSpanBuffer when calls fail', () => {
  it.each([
    { what: 'throttling', fault: refuse('ProvisionedThroughputExceededException', 400) },
    { what: 'a server error', fault: refuse('ServiceUnavailable', 503) },
    { what: 'a lost request', fault: loseRequest },
    { what: 'a lost answer', fault: loseAnswer },
    { what: 'unprocessed items', fault: leaveUnprocessed(10) },
  ])('appends all the same after $what', async ({ fault }) => {
    const { buffer, client, policy } = create();
    const calls = injectFaults(client, 'BatchWriteItem', [fault, fault]);
    const traceId = newTraceId();
    await buffer.append(fragments(traceId, 25));
    expect((await buffer.read(traceId)).fragments).toHaveLength(25);
    expect(calls.filter((name) => name === 'BatchWriteItem')).toHaveLength(3);
    expect(policy.waits).toHaveLength(2);
  });

  it('sends again only what was left unprocessed', async () => {
    const { buffer, client } = create();
    const sizes: number[] = [];
    const count: Fault = async ({ input, proceed }) => {
      sizes.push(requestsOf(input).length);
      return proceed();
    };
    injectFaults(client, 'BatchWriteItem', [leaveUnprocessed(10), count]);
    await buffer.append(fragments(newTraceId(), 25));
    expect(sizes).toEqual([10]);
  });

  it('names what failed, how long it tried and why when the time is over', async () => {
    const { buffer, client } = create();
    injectFaults(client, 'BatchWriteItem', [leaveUnprocessed(3)], { forever: true });
    const appending = buffer.append(fragments(newTraceId(), 25));
    await expect(appending).rejects.toThrow(UnavailableError);
    await expect(appending).rejects.toThrow('could not write 3 of 25 buffer items within 4000 ms: UnprocessedItems');
  });

  it('keeps the error of the service as the cause', async () => {
    const { buffer, client } = create();
    injectFaults(client, 'BatchWriteItem', [refuse('ThrottlingException', 400)], { forever: true });
    await expect(buffer.append(fragments(newTraceId(), 1))).rejects.toMatchObject({
      cause: { name: 'ThrottlingException' },
    });
  });

  it('gives all batches of an append one budget', async () => {
    const { buffer, client, clock } = create();
    const startedAtMs = clock.now();
    // The first batches get through after three seconds, when the others start; those never do.
    const late: Fault = async ({ input, proceed }) => {
      const isFirst = JSON.stringify(requestsOf(input)).includes('f#000');
      if (isFirst && clock.now() - startedAtMs > 3000) return proceed();
      throw serviceError('ThrottlingException', 400);
    };
    injectFaults(client, 'BatchWriteItem', [late], { forever: true });
    const traceId = newTraceId();
    const many = fragments(traceId, 400).map((fragment, index) => ({
      ...fragment,
      hash: index < 200 ? `000${index}` : `1${index}`,
    }));
    await expect(buffer.append(many)).rejects.toThrow(UnavailableError);
    expect((await buffer.read(traceId)).fragments).toHaveLength(200);
    expect(clock.now() - startedAtMs).toBeLessThanOrEqual(4000);
  });

  it('throws at once what another attempt cannot cure', async () => {
    const { buffer, client, policy } = create();
    injectFaults(client, 'BatchWriteItem', [refuse('AccessDeniedException', 400)]);
    await expect(buffer.append(fragments(newTraceId(), 1))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(policy.waits).toEqual([]);
  });

  it('reads after throttling, and is unavailable when it does not end', async () => {
    const { buffer, client } = create();
    const traceId = newTraceId();
    await buffer.append(fragments(traceId, 2));
    injectFaults(client, 'Query', [refuse('ThrottlingException', 400), loseAnswer]);
    expect((await buffer.read(traceId)).fragments).toHaveLength(2);
    injectFaults(client, 'Query', [refuse('ThrottlingException', 400)], { forever: true });
    await expect(buffer.read(traceId)).rejects.toThrow(`could not read trace ${traceId} within 4000 ms`);
  });

  it('asks again for fragments that were left unprocessed, and for no others', async () => {
    const { buffer, client, policy } = create();
    const traceId = newTraceId();
    const sent = fragments(traceId, 120);
    await buffer.append(sent);
    const asked: number[] = [];
    const leaveKeys: Fault = async ({ input, proceed }) => {
      const { Keys = [] } = (input['RequestItems'] as Record<string, { Keys?: readonly object[] }>)[tableName] ?? {};
      asked.push(Keys.length);
      const rest = Keys.slice(30);
      const answer = await proceed({
        RequestItems: { [tableName]: { Keys: Keys.slice(0, 30), ConsistentRead: true } },
      });
      return { ...answer, UnprocessedKeys: rest.length === 0 ? {} : { [tableName]: { Keys: rest } } };
    };
    const calls = injectFaults(client, 'BatchGetItem', [leaveKeys, leaveKeys, refuse('ThrottlingException', 400)]);
    const hashes = sent.map(({ hash }) => hash);
    expect(await buffer.readFragments(traceId, hashes)).toEqual(sent);
    expect(asked).toEqual([100, 70]);
    // The third one is refused; the fourth reads the other 40, the fifth the 20 over a hundred.
    expect(calls.filter((name) => name === 'BatchGetItem')).toHaveLength(5);
    expect(policy.waits).toHaveLength(3);
    injectFaults(client, 'BatchGetItem', [refuse('ThrottlingException', 400)], { forever: true });
    const reading = buffer.readFragments(traceId, hashes);
    await expect(reading).rejects.toThrow(`could not read fragments of trace ${traceId} within 4000 ms`);
  });

  it('answers conflict with its own record when the answer to it was lost', async () => {
    const { buffer, client } = create();
    const traceId = newTraceId();
    injectFaults(client, 'PutItem', [loseAnswer]);
    expect(await buffer.record(traceId, record)).toBe('conflict');
    expect((await buffer.read(traceId)).decision).toEqual(record);
  });

  it('records when the request was lost', async () => {
    const { buffer, client } = create();
    injectFaults(client, 'PutItem', [loseRequest, refuse('ServiceUnavailable', 503)]);
    expect(await buffer.record(newTraceId(), record)).toBe('recorded');
  });
});

describe('DynamoDbSpanBuffer and spilled fragments', () => {
  it('writes no item when the payload could not be spilled', async () => {
    const { buffer } = create({
      put: () => Promise.reject(new UnavailableError('spill store is down')),
      get: () => Promise.resolve(undefined),
    });
    const traceId = newTraceId();
    const [small] = fragments(traceId, 1);
    await expect(buffer.append([spilling(traceId), ...(small ? [small] : [])])).rejects.toThrow('spill store is down');
    expect((await buffer.read(traceId)).fragments).toEqual([]);
  });

  it('says which object is missing', async () => {
    const { buffer } = create({ put: () => Promise.resolve(), get: () => Promise.resolve(undefined) });
    const traceId = newTraceId();
    await buffer.append([spilling(traceId)]);
    const reading = buffer.read(traceId);
    await expect(reading).rejects.toThrow(MissingSpillError);
    await expect(reading).rejects.toThrow(`the buffer points at spill/${traceId}/bb`);
  });
});

describe('DynamoDbSpanBuffer at its limits', () => {
  it('does not read a trace of more than 10,000 fragments', async () => {
    const { buffer, client } = create();
    const traceId = newTraceId();
    const items = fragments(traceId, 10_001).map((fragment) => toFragmentItem(fragment, 1_900_000_000).item);
    injectFaults(client, 'Query', [async () => ({ Items: items.slice(1) }), async () => ({ Items: items })]);
    expect((await buffer.read(traceId)).fragments).toHaveLength(10_000);
    await expect(buffer.read(traceId)).rejects.toThrow(TraceTooLargeError);
  });

  it('says what has been decided on a trace that is too large', async () => {
    const { buffer, client } = create();
    const traceId = newTraceId();
    await buffer.record(traceId, record);
    const { Items: decision = [] } = await client.call('Query', {
      TableName: tableName,
      KeyConditionExpression: 'traceId = :traceId',
      ExpressionAttributeValues: { ':traceId': { S: traceId } },
    });
    const items = fragments(traceId, 10_001).map((fragment) => toFragmentItem(fragment, 1_900_000_000).item);
    injectFaults(client, 'Query', [async () => ({ Items: [...decision, ...items] })]);
    await expect(buffer.read(traceId)).rejects.toMatchObject({ decision: record });
  });

  it('does not send a decision record that no item can hold', async () => {
    const { buffer } = create();
    const hashes = (count: number) => Array.from({ length: count }, () => randomBytes(12).toString('hex'));
    const holding = (count: number) => ({
      ...record,
      claims: [{ key: 'k', fragments: hashes(count), claimedAtMs: 1, firstSeq: 0, lineCount: 1 }],
    });
    // 25 bytes a hash; 409,600 bytes in all.
    expect(await buffer.record(newTraceId(), holding(16_300))).toBe('recorded');
    const recording = buffer.record(newTraceId(), holding(16_400));
    await expect(recording).rejects.toThrow(TraceTooLargeError);
    await expect(recording).rejects.toThrow('an item may have 409600');
  });

  it('appends thousands of the largest items that are not spilled', async () => {
    const { buffer, client } = create();
    const traceId = newTraceId();
    const payload = Uint8Array.from(randomBytes(8 * 1024 - 1));
    const largest = fragments(traceId, 300).map((fragment) => ({ ...fragment, payload }));
    const calls = injectFaults(client, 'BatchWriteItem', []);
    await buffer.append(largest);
    expect(calls).toHaveLength(12);
    expect((await buffer.read(traceId)).fragments).toHaveLength(300);
  });
});

it('stores when items expire in seconds, for the TTL of the table', async () => {
  const { buffer, client, clock } = create();
  const traceId = newTraceId();
  clock.set(1_795_262_400_001);
  await buffer.append(fragments(traceId, 1, clock.now()));
  await buffer.record(traceId, record);
  const { Items = [] } = await client.call('Query', {
    TableName: tableName,
    KeyConditionExpression: 'traceId = :traceId',
    ExpressionAttributeValues: { ':traceId': { S: traceId } },
  });
  const mine = Items.map((item) => item['expiresAt']?.N);
  // A day, and eight days, later; the second begun counts.
  expect(mine.sort()).toEqual([String(1_795_262_401 + 86_400), String(1_795_262_401 + 8 * 86_400)]);
});

const record: DecisionRecord = {
  policy: 'errors',
  adjustedCount: 1,
  partition: 'dt=2026-11-21/hour=12',
  claims: [],
  version: 1,
};

function create(spillStore: SpillStore = new MemoryObjectStore()) {
  const clock = new ManualClock();
  const policy = instantRetryPolicy(clock);
  const client = createClient();
  return {
    buffer: new DynamoDbSpanBuffer({ client, tableName, spillStore, clock, retryPolicy: policy }),
    client,
    clock,
    policy,
  };
}

function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

function fragments(traceId: string, count: number, receivedAtMs = new ManualClock().now()): BufferedFragment[] {
  return Array.from({ length: count }, (_, index) => ({
    traceId,
    hash: String(index).padStart(5, '0'),
    payload: Uint8Array.of(1, 2, 3),
    receivedAtMs,
    spanCount: 1,
  }));
}

function spilling(traceId: string): BufferedFragment {
  const payload = Uint8Array.from(randomBytes(20_000));
  return { traceId, hash: 'bb', payload, receivedAtMs: new ManualClock().now(), spanCount: 1 };
}

/** DynamoDB writes all but the last `count` items. */
function leaveUnprocessed(count: number): Fault {
  return async ({ input, proceed }) => {
    const requests = requestsOf(input);
    const rest = requests.slice(Math.max(0, requests.length - count));
    const processed = requests.slice(0, requests.length - rest.length);
    if (processed.length > 0) await proceed({ RequestItems: { [tableName]: processed } });
    return { UnprocessedItems: { [tableName]: rest } };
  };
}

function requestsOf(input: Readonly<Record<string, unknown>>): readonly unknown[] {
  return (input['RequestItems'] as Record<string, readonly unknown[]>)[tableName] ?? [];
}
