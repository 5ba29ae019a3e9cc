// `node bench/rows/first-request.ts own|objects|bound FILE`: prints what the first request costs in a process that has compiled nothing yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [, , side, file = ''] = process.argv;
const body = new Uint8Array(readFileSync(file));
const work = await (side === 'own' ? ownRegroup() : side === 'objects' ? objectRegroup() : boundRegroup());
await compilerIsDone();
const before = process.cpuUsage();
const payloads = work(body);
await compilerIsDone();
const { user, system } = process.cpuUsage(before);
const digest = createHash('sha256');
for (const payload of payloads) digest.update(payload);
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

async function ownRegroup(): Promise<(body: Uint8Array) => readonly Uint8Array[]> {
  const { regroup } = await import('../../lib/otlp/regroup/regroup.ts');
  return (bytes) => regroup(bytes).fragments.map(({ payload }) => payload);
}

async function boundRegroup(): Promise<(body: Uint8Array) => readonly Uint8Array[]> {
  const { checkedRegroup } = await import('./bounds/checked-regroup.ts');
  return (protobuf) => {
    const { bytes, ends, traceCount } = checkedRegroup(protobuf);
    return Array.from({ length: traceCount }, (_, trace) => bytes.subarray(ends[trace + 1], ends[trace]));
  };
}

async function objectRegroup(): Promise<(body: Uint8Array) => readonly Uint8Array[]> {
  const { decodeRequest, regroupObjects } = await import('./with-objects.ts');
  return (bytes) => [...regroupObjects(decodeRequest(bytes)).values()].map(({ payload }) => payload);
}
