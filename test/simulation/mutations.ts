import type { SourceChange } from './mutate.ts';

/** A mistake in the protocol that the simulation must find. */
export interface Mutation extends SourceChange {
  readonly name: string;
  /** What goes wrong. */
  readonly why: string;
}

const SETTLE = 'lib/pipeline/decide/settle-trace.ts';
const RECORD = 'lib/pipeline/decide/record-claim.ts';
const ATTEMPT = 'lib/pipeline/decide/claim-attempt.ts';
const STATES = 'lib/pipeline/decide/claim-states.ts';
const ROUND = 'lib/pipeline/decide/archive-round.ts';
const BATCH = 'lib/pipeline/decide/decide-batch.ts';
const REQUEUE = 'lib/pipeline/decide/requeue.ts';
const EXAMINATION = 'lib/pipeline/decide/examination.ts';
const INGEST = 'lib/pipeline/ingest.ts';

/** The protocol with one rule less each. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'young foreign claims are acknowledged',
    file: SETTLE,
    find: "} else if (state === 'own' || state === 'pending') {\n        standings.set(hash, 'open');",
    replace: "} else if (state === 'own' || state === 'pending') {\n        standings.set(hash, 'settled');",
    why: 'if the owner of the claim dies, nobody is left to take it over',
  },
  {
    name: 'take-over without a fence',
    file: STATES,
    find: "found = (await archive.fence(key)) === 'created' ? 'fence' : await archive.inspect(key);",
    replace: "found = 'fence';",
    why: 'an owner that is only slow creates its object as well',
  },
  {
    name: 'a fence that exists counts as made',
    file: STATES,
    find: "(await archive.fence(key)) === 'created' ? 'fence' : await archive.inspect(key)",
    replace: "(await archive.fence(key)) === 'created' ? 'fence' : 'fence'",
    why: 'what was created in the same moment is written again',
  },
  {
    name: 'absent objects count as fenced',
    file: STATES,
    find: "if (found === 'absent') return 'pending';",
    replace: "if (found === 'absent') return 'fenced';",
    why: 'a claim whose owner is at work is taken over',
  },
  {
    name: 'fences count as data',
    file: STATES,
    find: "if (found === 'fence') return 'fenced';",
    replace: '',
    why: 'claims that were never written count as committed',
  },
  {
    name: 'the object is kept after an unknown record',
    file: RECORD,
    find: 'if (!isRefused) round.abandon(partition);',
    replace: '',
    why: 'the claim may be on record without its lines, and the object commits it',
  },
  {
    name: "one's own unheard claim is not recognised",
    file: ATTEMPT,
    find: 'return stored?.claims.some(isSame) ?? false;',
    replace: 'return false;',
    why: 'the lines of a claim on record are missing in the object that commits it',
  },
  {
    name: 'every stored claim counts as recorded',
    file: ATTEMPT,
    find: 'return stored?.claims.some(isSame) ?? false;',
    replace: 'return stored !== undefined;',
    why: 'two invocations write the same trace',
  },
  {
    name: '"exists" counts as created',
    file: ROUND,
    find: "return (await this.#deps.archive.inspect(key)) === 'data';",
    replace: 'return true;',
    why: 'what meets a fence is lost',
  },
  {
    name: 'a PUT without an answer counts as created',
    file: ROUND,
    find: 'return false;\n    }\n  }\n}',
    replace: 'return true;\n    }\n  }\n}',
    why: 'if it was not, nobody writes the lines',
  },
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
    name: 'late spans forget earlier claims',
    file: ATTEMPT,
    find: 'const written = fragments.filter(({ hash }) => positionOf(hash) >= 0);',
    replace: 'const written: typeof fragments = [];',
    why: 'spans that were sent again in another batch are written again',
  },
  {
    name: 'take-overs forget earlier claims',
    file: ATTEMPT,
    find: 'const written = fragments.filter(({ hash }) => isEarlier(positionOf(hash)));',
    replace: 'const written: typeof fragments = fragments.filter(({ hash }) => isEarlier(positionOf(hash)) && false);',
    why: 'spans that an earlier claim holds as well are written again',
  },
  {
    name: 'late spans do not wait for the trace',
    file: SETTLE,
    find: "} else if (state === 'own' || state === 'pending') {",
    replace: "} else if (!isLate && (state === 'own' || state === 'pending')) {",
    why: 'if the first claim is taken over, it takes in what the late claim holds',
  },
  {
    name: 'take-overs leave out what no claim holds',
    file: ATTEMPT,
    find: 'return at === position || (at < 0 && position === 0);',
    replace: 'return at === position;',
    why: 'fragments that were acknowledged before the first claim was recorded are in no claim',
  },
  {
    name: 'take-overs take in all fragments',
    file: ATTEMPT,
    find: 'return at === position || (at < 0 && position === 0);',
    replace: 'return !isEarlier(at);',
    why: 'what later claims hold is written twice',
  },
  {
    name: 'no second look',
    file: RECORD,
    find: "if (answer === 'conflict' || isFirstClaim) {",
    replace: "if (answer === 'conflict') {",
    why: 'a fragment that another invocation acknowledged meanwhile is in no claim',
  },
  {
    name: 'the second look is not recorded',
    file: RECORD,
    find: 'if (larger !== undefined) return await recordClaim(examination, larger, after);',
    replace: 'if (larger !== undefined) attempt = { ...attempt, lines: larger.lines };',
    why: 'fragments are written that no claim holds, and are written again as late spans',
  },
  {
    name: 'the second look writes nothing new',
    file: RECORD,
    find: 'if (larger !== undefined) return await recordClaim(examination, larger, after);',
    replace: 'if (larger !== undefined) await buffer.record(traceId, larger.record);',
    why: 'fragments are claimed that are not in the object',
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
    find: 'await deps.buffer.append(',
    replace: 'void deps.buffer.append(',
    why: 'a crash loses what was acknowledged',
  },
  {
    name: 'the wake-up is sent first',
    file: INGEST,
    find: 'await deps.buffer.append(fragments.map((fragment) => fragment.buffered));',
    replace:
      'const stored = deps.buffer.append(fragments.map((fragment) => fragment.buffered)); stored.catch(() => undefined);',
    why: 'and nobody waits for the fragments',
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
    name: 'missing late spans count as settled',
    file: SETTLE,
    find: "standings.set(hash, present.has(hash) ? 'settled' : 'missing');",
    replace: "standings.set(hash, 'settled');",
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
    name: 'claims are folded past one that is not committed',
    file: STATES,
    find: "const uncommitted = states.findIndex((state) => state !== 'committed');",
    replace: 'const uncommitted = states.length > 0 ? -1 : 0;',
    why: 'an open claim counts as committed',
  },
  {
    name: 'a claim forgets its last fragment',
    file: ATTEMPT,
    find: 'const hashes = fragments.map(({ hash }) => hash);',
    replace: 'const hashes = fragments.map(({ hash }) => hash).slice(0, Math.max(1, fragments.length - 1));',
    why: 'it is written again as a late span',
  },
  {
    name: 'every round has the same key',
    file: ROUND,
    find: 'key: archiveKey(partition, this.#deps.clock.now(), this.id),',
    replace: "key: archiveKey(partition, 0, '0'.repeat(16)),",
    why: 'the object of another round commits its claims',
  },
  {
    name: 'lines of an abandoned object are written',
    file: ROUND,
    find: 'object.lines.length > 0 && !object.abandoned',
    replace: 'object.lines.length > 0',
    why: 'the object commits claims whose lines it lacks',
  },
  {
    name: 'conflicts count as recorded',
    file: RECORD,
    find: 'if (!isRecorded(record.claims[attempt.position], after.decision)) {',
    replace: 'if (!isRecorded(record.claims[attempt.position], after.decision) && answer !== "conflict") {',
    why: 'the loser of a race writes its lines, too',
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
    name: 'every claim begins with seq 0',
    file: ATTEMPT,
    find: 'return Math.max(0, ...claims.map((claim) => claim.firstSeq + claim.lineCount));',
    replace: 'return claims.length > 0 ? 0 : 0;',
    why: 'the lines of a trace cannot be put in order',
  },
  {
    name: 'claims that lost a race are counted',
    file: RECORD,
    find: "if (answer === 'recorded') outcomes.push(attempt.outcome);",
    replace: 'outcomes.push(attempt.outcome);',
    why: 'a trace counts as sampled twice',
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
