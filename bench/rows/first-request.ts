// `node bench/rows/first-request.ts own|objects|bound FILE`: prints what the first request costs in a process that has compiled nothing yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [, , side, file = ''] = process.argv;
const body = new Uint8Array(readFileSync(file));
const work = await (side === 'own' ? ownRegroup() : side === 'objects' ? objectRegroup() : boundRegroup());
await compilerIsDone();
const before = process.cpuUsage();
const fragments = work(body);
await compilerIsDone();
const { user, system } = process.cpuUsage(before);
const digest = createHash('sha256');
for (const { traceId, payload } of fragments) digest.update(traceId).update(payload);
console.log(JSON.stringify({ micros: user + system, digest: digest.digest('hex') }));

/**
 * V8 compiles on other threads what it finds to be used often, and goes on for some milliseconds. Before the request that is the
 * code that strips the types while it loads: a deployed function is a bundle without types, and none of that belongs to its first
 * request. What V8 compiles because of the request does belong to it, whenever it is done: a function has one processor for all
 * threads.
 */
async function compilerIsDone(): Promise<void> {
  for (let micros = Number.POSITIVE_INFINITY; micros > 1_000; ) {
    const before = process.cpuUsage();
    await setTimeout(30);
    const { user, system } = process.cpuUsage(before);
    micros = user + system;
  }
}

interface Fragment {
  readonly traceId: string;
  readonly payload: Uint8Array;
}

type Regroup = (body: Uint8Array) => readonly Fragment[];

async function ownRegroup(): Promise<Regroup> {
  const { regroup } = await import('../../lib/otlp/regroup/regroup.ts');
  return (bytes) => regroup(bytes).fragments;
}

async function boundRegroup(): Promise<Regroup> {
  const { checkedRegroup } = await import('./bounds/checked-regroup.ts');
  return (protobuf) => {
    const { bytes, ends, idOffsets, traceCount } = checkedRegroup(protobuf);
    const request = Buffer.from(protobuf.buffer, protobuf.byteOffset, protobuf.byteLength);
    return Array.from({ length: traceCount }, (_, trace) => {
      const id = idOffsets[trace] as number;
      return { traceId: request.toString('hex', id, id + 16), payload: bytes.subarray(ends[trace + 1], ends[trace]) };
    });
  };
}

async function objectRegroup(): Promise<Regroup> {
  const { decodeRequest, regroupObjects } = await import('./with-objects.ts');
  return (bytes) =>
    Array.from(regroupObjects(decodeRequest(bytes)), ([traceId, { payload }]) => ({ traceId, payload }));
}
