import type { Mutation } from './mutation.ts';

const SUSPECTS = 'lib/pipeline/decide/suspects.ts';
const BATCH = 'lib/pipeline/decide/decide-batch.ts';
const REQUEUE = 'lib/pipeline/decide/requeue.ts';
const EXAMINATION = 'lib/pipeline/decide/examination.ts';
const INGEST = 'lib/pipeline/ingest.ts';
/** With what follows it: memory that is given back too early is a mistake of its own. */
const STORE = `await deps.buffer.append(fragments.map((fragment) => fragment.buffered));
    // Nobody reads the payloads any more. When appending fails, parts of it may still be going on: then they are not touched.
    giveBack(regrouped.memory);`;

/** Mistakes on the way of a span to its claim: in ingest, in the adapters, in what is sent on. */
export const MUTATIONS_OF_THE_WAY: readonly Mutation[] = [
  {
    name: 'objects are not create-only',
    file: 'lib/aws/s3/object-store.ts',
    find: "{ IfNoneMatch: '*' });",
    replace: '{});',
    why: 'a zombie overwrites the fence',
  },
  {
    name: '409 counts as created',
    file: 'lib/aws/s3/object-store.ts',
    find: "if (hasStatus(error, 412)) return 'exists';",
    replace: "if (hasStatus(error, 412)) return 'exists'; if (hasStatus(error, 409)) return 'created';",
    why: 'nothing was created, and nothing may be there',
  },
  {
    name: 'records are written without a condition',
    file: 'lib/aws/dynamodb/span-buffer.ts',
    find: "await client.call('PutItem', { TableName: tableName, Item: item, ...condition });",
    replace: "await client.call('PutItem', { TableName: tableName, Item: item, ...(condition && {}) });",
    why: 'of two invocations that decide both win',
  },
  {
    name: 'reads are eventually consistent',
    file: 'lib/aws/dynamodb/span-buffer.ts',
    find: 'ConsistentRead: true,',
    replace: 'ConsistentRead: false,',
    why: 'a look misses what was stored before it',
  },
  {
    name: 'one page of a trace is the trace',
    file: 'lib/aws/dynamodb/span-buffer.ts',
    find: '} while (startKey !== undefined);',
    replace: '} while (startKey === null);',
    why: 'a look misses fragments',
  },
  {
    name: 'unprocessed items count as written',
    file: 'lib/aws/dynamodb/batch-write.ts',
    find: "unprocessed: answer.UnprocessedItems?.[tableName] ?? [], reason: 'UnprocessedItems' };",
    replace: "unprocessed: [], reason: 'UnprocessedItems' };",
    why: 'what is acknowledged was never stored',
  },
  {
    name: 'unsent messages count as sent',
    file: 'lib/aws/sqs/wake-up-queue.ts',
    find: 'unsent: batch.filter((_, index) => failedIds.has(String(index))),',
    replace: "unsent: batch.filter(() => failedIds.has('none')),",
    why: 'nobody is woken',
  },
  {
    name: 'a wake-up that cannot be sent is swallowed',
    file: INGEST,
    find: 'await deps.wakeUps.send(wakeUps.map((wakeUp) => delayUntilDue(wakeUp, deps.clock.now())));',
    replace:
      'await deps.wakeUps.send(wakeUps.map((wakeUp) => delayUntilDue(wakeUp, deps.clock.now()))).catch(() => undefined);',
    why: 'acknowledged spans wait for ever',
  },
  {
    name: 'the answer comes before the spans are stored',
    file: INGEST,
    find: STORE,
    replace: 'deps.buffer.append(fragments.map((fragment) => fragment.buffered)).catch(() => undefined);',
    why: 'a crash loses what was acknowledged',
  },
  {
    name: 'the wake-up is sent first',
    file: INGEST,
    find: STORE,
    replace: `const first = wakeUpsFor(fragments, receivedAtMs, waits);
    await deps.wakeUps.send(first.map((wakeUp) => delayUntilDue(wakeUp, deps.clock.now())));
    ${STORE}
    return { acceptedSpanCount: regrouped.spanCount, fragmentCount: 0, rejectedSpanCount: 0, errorMessage: undefined };`,
    why: 'it may be due before there is anything to decide',
  },
  {
    name: 'fragments are given back before they are stored',
    file: INGEST,
    find: 'await deps.buffer.append(fragments.map((fragment) => fragment.buffered));',
    replace:
      'const storing = deps.buffer.append(fragments.map((fragment) => fragment.buffered)); giveBack(regrouped.memory); await storing;',
    why: 'the buffer reads what is no longer there',
  },
  {
    name: 'hand-ons that failed are acknowledged',
    file: REQUEUE,
    find: 'failedMessageIds: sources.map(({ messageId }) => messageId), failure };',
    replace: 'failedMessageIds: [], failure };',
    why: 'no message names the open fragments any more',
  },
  {
    name: 'missing fragments count as settled',
    file: EXAMINATION,
    find: "isThere(hash) ? 'settled' : 'missing'",
    replace: "isThere(hash) ? 'settled' : 'settled'",
    why: 'what expired under a lagging queue is reported nowhere',
  },
  {
    name: 'what has expired is reported nowhere',
    file: BATCH,
    find: 'requeued.push(await deadLetterExpired(expired, this.#deps, bufferTtlMs));',
    replace: 'void expired;',
    why: 'spans left the buffer before they were decided, and nobody hears of it',
  },
  {
    name: 'the last attempt ends in silence',
    file: REQUEUE,
    find: 'await attemptToSend(kind, sources, () => wakeUps.sendToDeadLetters(deadLetters));',
    replace: 'await attemptToSend(kind, sources, async () => void wakeUps);',
    why: 'what could not be settled is reported nowhere',
  },
  {
    name: 'what is open is settled at the end of a batch',
    file: 'lib/pipeline/decide/outcome.ts',
    find: "if (standing === 'open' || ('claimedAt' in standing && !committed.has(standing.claimedAt))) open.add(hash);",
    replace: "if (standing === 'open') open.add(hash);",
    why: 'fragments of an object that was not created are acknowledged',
  },
  {
    name: 'lists are written after their record',
    file: 'lib/pipeline/decide/hash-lists.ts',
    find: 'await this.#buffer.writeList(traceId, listName, [...list]);',
    replace: 'this.#buffer.writeList(traceId, listName, [...list]).catch(() => undefined);',
    why: 'a record names a list that is not there, so that its fragments are written again',
  },
  {
    name: 'a note settles what it has not seen',
    file: 'lib/pipeline/decide/undecided.ts',
    find: 'const unseen = [...hashes].filter((hash) => !isSeen(hash));',
    replace: 'const unseen = [...hashes].filter((hash) => !isSeen(hash) && false);',
    why: 'a late error is never looked at',
  },
  {
    name: 'tenants share their traces',
    file: 'lib/aws/dynamodb/schema.ts',
    find: "return tenant === undefined ? '' : `",
    replace: "return tenant === undefined || tenant.length > 0 ? '' : `",
    why: 'a trace of one is decided with the spans of another',
  },
  {
    name: 'what kills is never taken apart',
    file: SUSPECTS,
    find: 'else if (count >= APART_FROM)',
    replace: 'else if (count >= 99 * APART_FROM)',
    why: 'the queue gives up the message with all that it names',
  },
  {
    name: 'wake-ups that come early are not sent again',
    file: REQUEUE,
    find: "return attemptToSend('early', early, () => wakeUps.send(delayed()));",
    replace: "return attemptToSend('early', early, async () => void (wakeUps && delayed()));",
    why: 'a clock that is behind loses them',
  },
  {
    name: 'what there was no time for is not sent again',
    file: REQUEUE,
    find: 'wakeUps.send(remaining.map(({ wakeUp }) => delayUntilDue(wakeUp, nowMs))),',
    replace: 'Promise.resolve(void (wakeUps && nowMs)),',
    why: 'it is acknowledged, and nobody is woken again',
  },
  {
    name: 'fragments share a name',
    file: 'lib/aws/system.ts',
    find: "hash('sha256', payload, 'buffer')",
    replace: "hash('sha256', payload.subarray(0, 16), 'buffer')",
    why: 'one overwrites the other',
  },
  {
    name: 'spilled payloads are written behind their items',
    file: 'lib/aws/dynamodb/span-buffer.ts',
    find: 'await forEachBounded(spills, SPILLS_IN_FLIGHT, ({ key, bytes }) => spillStore.put(key, bytes));',
    replace:
      'forEachBounded(spills, SPILLS_IN_FLIGHT, ({ key, bytes }) => spillStore.put(key, bytes)).catch(() => undefined);',
    why: 'an item points at an object that was never written',
  },
];
