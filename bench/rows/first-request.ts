// `node bench/rows/first-request.ts own|objects|bound FILE`: prints what the first request costs in a process that has compiled nothing yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [, , side, file = ''] = process.argv;
const body = new Uint8Array(readFileSync(file));
const work = await (side === 'own' ? ownRegroup() : side === 'objects' ? objectRegroup() : boundRegroup());
await loaderIsDone();
const before = process.cpuUsage();
const payloads = work(body);
const { user, system } = process.cpuUsage(before);
const digest = createHash('sha256');
for (const payload of payloads) digest.update(payload);
console.log(JSON.stringify({ micros: user + system, digest: digest.digest('hex') }));

/**
 * Loading strips the types with code that V8 goes on compiling on other threads, up to some milliseconds after the import. A
 * deployed function is a bundle without types: none of that belongs to its first request.
 */
async function loaderIsDone(): Promise<void> {
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
  const { leastRegroup } = await import('./bounds/regroup.ts');
  return (protobuf) => {
    const { bytes, ends, traceCount } = leastRegroup(protobuf);
    return Array.from({ length: traceCount }, (_, trace) => bytes.subarray(ends[trace + 1], ends[trace]));
  };
}

async function objectRegroup(): Promise<(body: Uint8Array) => readonly Uint8Array[]> {
  const { decodeRequest, regroupObjects } = await import('./with-objects.ts');
  return (bytes) => [...regroupObjects(decodeRequest(bytes)).values()].map(({ payload }) => payload);
}
