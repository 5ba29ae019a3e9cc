/**
 * `npm run bench -- span-buffer`: what the buffer costs for each span, in CPU time of the whole process: append and send the
 * wake-up, receive it, read each trace that it names, record every sixth, acknowledge, and delete after the rescue window. The
 * same requests on SQLite and on the DynamoDB adapter with dynalite, which take turns, and the work that comes before in any
 * case: gunzip, regroup and hash.
 *
 * Requests of about 100 spans from many services, as a gateway sends them: a trace is in several.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createDynamoDbClient } from '../lib/aws/clients.ts';
import { DynamoDbSpanBuffer } from '../lib/aws/dynamodb/span-buffer.ts';
import { SignedTableCalls } from '../lib/aws/dynamodb/table-calls.ts';
import { hashFragment } from '../lib/aws/system.ts';
import { FieldCursor } from '../lib/otlp/protobuf/field-cursor.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import type { BufferedFragment, SpanBuffer } from '../lib/pipeline/ports.ts';
import { openStore } from '../lib/sqlite/store.ts';
import { MemoryObjectStore } from '../test/memory/memory-object-store.ts';
import { startDynamo } from '../test/support/engines/dynamo.ts';
import { engineClientOptions } from '../test/support/engines/engine.ts';
import { provisionTable } from '../test/support/engines/provision.ts';
import { ManualClock } from '../test/support/manual-clock.ts';
import { corpusOf } from './corpora.ts';
import { median } from './table/rounds.ts';

const SPANS_PER_REQUEST = 100;
const REQUESTS_AT_ONCE = 8;
const TRACES_AT_ONCE = 16;
const KEPT_EVERY = 6;
const TTL_MS = 24 * 3600 * 1000;

export interface BufferRates {
  readonly spans: number;
  readonly spansPerFragment: number;
  /** Spans per second of CPU time; medians. */
  readonly floor: number;
  readonly sqlite: number;
  readonly dynamodb: number;
  /** Median of the ratios of `sqlite` to `dynamodb` in one round. */
  readonly ratio: number;
}

/** Median rates of some rounds. The reads of both adapters are compared. */
export async function measureSpanBuffer(rounds = 5, requestCount = 320): Promise<BufferRates> {
  const bodies = mixedRequests(requestCount).map((body) => gzipSync(body));
  const requests = bodies.map(fragmentsOf);
  const spans = requests.flat().reduce((sum, { spanCount }) => sum + spanCount, 0);
  const rates: Record<'floor' | 'sqlite' | 'dynamodb', number[]> = { floor: [], sqlite: [], dynamodb: [] };
  const quarter = requests.slice(0, requests.length >> 2);
  await assertEqualReads(quarter);
  for (let warmUp = 0; warmUp < 5; warmUp += 1) await onSqlite(requests);
  for (let round = 0; round < rounds; round += 1) {
    const variants = {
      floor: { units: 5 * spans, run: async () => repeat(5, () => bodies.map(fragmentsOf)) },
      sqlite: { units: spans, run: () => onSqlite(requests) },
      dynamodb: { units: spans / 4, run: () => onDynamo(quarter) },
    };
    for (const name of ['floor', 'sqlite', 'dynamodb'] as const) {
      const { units, run } = variants[name];
      rates[name].push(units / (await cpuSeconds(run)));
    }
  }
  return {
    spans,
    spansPerFragment: spans / requests.flat().length,
    floor: median(rates.floor),
    sqlite: median(rates.sqlite),
    dynamodb: median(rates.dynamodb),
    ratio: median(rates.sqlite.map((rate, round) => rate / (rates.dynamodb[round] ?? Number.NaN))),
  };
}

async function assertEqualReads(requests: readonly (readonly BufferedFragment[])[]): Promise<void> {
  const [onOne, onOther] = [new Set<string>(), new Set<string>()];
  await onSqlite(requests, (fragment) => onOne.add(nameOf(fragment)));
  await onDynamo(requests, (fragment) => onOther.add(nameOf(fragment)));
  if (onOne.size === 0 || [...onOne].sort().join() !== [...onOther].sort().join()) {
    throw new Error('the two buffers do not read the same fragments');
  }
}

function nameOf({ traceId, hash, payload }: BufferedFragment): string {
  return `${traceId} ${hash} ${createHash('sha256').update(payload).digest('hex')}`;
}

function repeat(times: number, run: () => void): void {
  for (let i = 0; i < times; i += 1) run();
}

async function cpuSeconds(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function fragmentsOf(body: Uint8Array): readonly BufferedFragment[] {
  return regroup(gunzipSync(body)).fragments.map(({ traceId, payload, spanCount }) => ({
    traceId,
    payload,
    spanCount,
    hash: hashFragment(payload),
    receivedAtMs: NOW_MS,
  }));
}

const NOW_MS = Date.UTC(2026, 10, 21, 12);

type See = (fragment: BufferedFragment) => void;

async function onSqlite(requests: readonly (readonly BufferedFragment[])[], see: See = () => {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
  const clock = new ManualClock(NOW_MS);
  const store = openStore({ path: join(folder, 'tailgate.db'), clock });
  const { buffer, wakeUps } = store.services();
  await inParallel(requests, REQUESTS_AT_ONCE, async (fragments) => {
    await buffer.append(fragments);
    const named = fragments.map(({ traceId, hash }) => ({ traceId, hash }));
    await wakeUps.send([{ wakeUp: { dueAtMs: NOW_MS, attempt: 0, fragments: named }, delaySeconds: 0 }]);
  });
  for (;;) {
    const messages = await store.messages.receive();
    if (messages.length === 0) break;
    const traceIds = new Set(messages.flatMap(({ wakeUp }) => wakeUp.fragments.map(({ traceId }) => traceId)));
    await decide([...traceIds], buffer, see);
    await store.messages.acknowledge(messages.map(({ messageId }) => messageId));
  }
  clock.advance(TTL_MS);
  while (await store.maintain());
  await store.close();
  rmSync(folder, { recursive: true });
}

async function onDynamo(requests: readonly (readonly BufferedFragment[])[], see: See = () => {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
  const engine = await startDynamo({ path: folder });
  const client = new SignedTableCalls(engineClientOptions(engine.url));
  const admin = createDynamoDbClient(engineClientOptions(engine.url));
  await provisionTable(admin, 'buffer');
  const buffer = new DynamoDbSpanBuffer({
    client,
    tableName: 'buffer',
    spillStore: new MemoryObjectStore(),
    clock: new ManualClock(NOW_MS),
  });
  await inParallel(requests, REQUESTS_AT_ONCE, (fragments) => buffer.append(fragments));
  const traceIds = new Set(requests.flat().map(({ traceId }) => traceId));
  await decide([...traceIds], buffer, see);
  client.destroy();
  admin.destroy();
  await engine.stop();
  rmSync(folder, { recursive: true });
}

async function decide(traceIds: readonly string[], buffer: SpanBuffer, see: See) {
  let count = 0;
  await inParallel(traceIds, TRACES_AT_ONCE, async (traceId) => {
    const { fragments } = await buffer.read(traceId);
    for (const fragment of fragments) see(fragment);
    count += 1;
    if (count % KEPT_EVERY !== 0) return;
    const claim = {
      key: 'k',
      fragments: fragments.map(({ hash }) => hash),
      claimedAtMs: NOW_MS,
      firstSeq: 0,
      lineCount: 1,
    };
    await buffer.record(traceId, { policy: 'p', adjustedCount: 1, partition: 'dt', claims: [claim], version: 1 });
    await buffer.read(traceId, { known: fragments });
  });
}

async function inParallel<Item>(items: readonly Item[], count: number, work: (item: Item) => Promise<void>) {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

/** Requests of about 100 spans: the spans of a trace that are from different processes are in different requests. */
function mixedRequests(count: number): readonly Uint8Array[] {
  const pieces: { readonly bytes: Uint8Array; readonly spans: number; readonly at: number }[] = [];
  let at = 0;
  for (const { protobuf } of corpusOf('gateway', count * SPANS_PER_REQUEST)) {
    for (const { payload } of regroup(protobuf).fragments) {
      const cursor = new FieldCursor(payload);
      at += 1;
      for (let begin = 0; cursor.next(); begin = cursor.to) {
        const bytes = payload.subarray(begin, cursor.to);
        pieces.push({ bytes, spans: regroup(bytes).spanCount, at: at + ((pieces.length * 7919) % 40) });
      }
    }
  }
  const requests: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  let spans = 0;
  for (const piece of pieces.toSorted((a, b) => a.at - b.at)) {
    open.push(piece.bytes);
    spans += piece.spans;
    if (spans < SPANS_PER_REQUEST) continue;
    requests.push(Buffer.concat(open));
    open = [];
    spans = 0;
  }
  return requests;
}

if (import.meta.main) {
  const { spans, spansPerFragment, floor, sqlite, dynamodb, ratio } = await measureSpanBuffer();
  console.log(
    `the span buffer: ${spans} spans in requests of ${SPANS_PER_REQUEST}, ${spansPerFragment.toFixed(1)} a fragment (medians, per second of CPU time, Node ${process.version})`,
  );
  const print = (name: string, rate: number) =>
    console.log(
      `  ${name.padEnd(52)} ${Math.round(rate).toLocaleString('en').padStart(9)} spans/s  ${(1e6 / rate).toFixed(2).padStart(7)} us a span`,
    );
  print('before the buffer: gunzip, regroup, hash', floor);
  print('SQLite: append, send, receive, read, record, delete', sqlite);
  print('DynamoDB adapter on dynalite: append, read, record', dynamodb);
  console.log(`  SQLite : DynamoDB ${ratio.toFixed(1)}x`);
}
