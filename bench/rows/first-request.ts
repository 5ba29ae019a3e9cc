// `node bench/rows/first-request.ts own|objects|bound FILE`: prints what the first request costs in a process that has compiled nothing yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [, , side, file = ''] = process.argv;
const body = new Uint8Array(readFileSync(file));
const work = await (side === 'own' ? ownRegroup() : side === 'objects' ? objectRegroup() : boundRegroup());
const before = process.cpuUsage();
const payloads = work(body);
const { user, system } = process.cpuUsage(before);
const digest = createHash('sha256');
for (const payload of payloads) digest.update(payload);
console.log(JSON.stringify({ micros: user + system, digest: digest.digest('hex') }));

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
