/**
 * `npm run bench -- profile`: where both handlers spend their processor time, on requests of a gateway against a stub that answers at
 * once. Each sample of V8's profiler counts for the nearest owner on its stack: a package, a room of `lib`, or a module of Node.js
 * that does work of its own. `profile:write` writes the shares to docs/performance.md.
 */
import { Session } from 'node:inspector/promises';
import { gzipSync } from 'node:zlib';
import type { SQSRecord } from 'aws-lambda';
import { wireDecide } from '../functions/decide/handler.ts';
import { wireIngest } from '../functions/ingest/handler.ts';
import { authorizeAll } from '../functions/ingest/keys.ts';
import { fixedConfig } from '../functions/shared/live-config.ts';
import { parseSamplingConfig } from '../lib/sampling/config/parse-sampling-config.ts';
import { corpusOf, samplingConfig } from './corpora.ts';
import { eventOf, QUIET, servicesOn, trainOn } from './load/deployed.ts';
import { startStub } from './load/start-stub.ts';
import { writeBlock } from './table/write-block.ts';

const WARM_UP_SEED = 2;
const SPANS = 60_000;
const WAKE_UPS_PER_BATCH = 10;
const ROOT = new URL('../', import.meta.url).href;
const AWS_SDK = ['@aws-sdk', '@smithy', '@aws', '@aws-crypto'];
/** Modules of Node.js that do work of their own; other samples count for whoever called. */
const NODE_OWNERS = [
  ['node:zlib', 'Node.js: zlib'],
  ['node:internal/crypto', 'Node.js: crypto'],
  ['node:_http', 'Node.js: HTTP'],
  ['node:http', 'Node.js: HTTP'],
  ['node:net', 'Node.js: HTTP'],
  ['node:internal/http', 'Node.js: HTTP'],
  ['node:internal/stream_base', 'Node.js: HTTP'],
] as const;

const parsed = parseSamplingConfig(samplingConfig('0s'));
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const config = fixedConfig(parsed.config);
await using stub = await startStub();
await trainOn('gateway', stub.url, ['profile']);
const services = servicesOn(stub.url, 'profile');
const ingest = wireIngest({ services, config, authorize: authorizeAll, log: QUIET });
const decide = wireDecide({ services, config, log: QUIET });
const session = new Session();
session.connect();

let decidedMessages = 0;
await ingestAll(eventsOf(WARM_UP_SEED));
await decideAll();
const events = eventsOf(1);
const shares = [await profile('ingest', () => ingestAll(events)), await profile('decide', decideAll)];
for (const { name, microsPerSpan, owners } of shares) {
  console.log(`${name}: ${microsPerSpan.toFixed(1)} µs of processor time a span`);
  for (const [owner, share] of owners) console.log(`  ${percent(share).padStart(7)}  ${owner}`);
}
if (process.argv[2] === 'write') writeBlock('profile', markdownOf(shares));
process.exit();

interface Profile {
  readonly name: string;
  readonly microsPerSpan: number;
  /** The largest share first. */
  readonly owners: readonly (readonly [owner: string, share: number])[];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function markdownOf(profiles: readonly Profile[]): string {
  const owners = [...new Set(profiles.flatMap((one) => one.owners.map(([owner]) => owner)))];
  const cells = (owner: string) => profiles.map((one) => percent(new Map(one.owners).get(owner) ?? 0)).join(' | ');
  const heads = profiles.map(({ name }) => name).join(' | ');
  return [`| owner | ${heads} |`, '|---|---|---|', ...owners.map((owner) => `| ${owner} | ${cells(owner)} |`)].join(
    '\n',
  );
}

function eventsOf(seed: number) {
  return corpusOf('gateway', SPANS, seed).map(({ protobuf }) => eventOf(gzipSync(protobuf)));
}

async function ingestAll(events: ReturnType<typeof eventsOf>): Promise<void> {
  for (const event of events) {
    const { statusCode } = await ingest(event);
    if (statusCode !== 200) throw new Error(`ingest answered ${statusCode}`);
  }
}

async function decideAll(): Promise<void> {
  const bodies = (await (await fetch(`${stub.url}/messages/queue`)).json()) as string[];
  const records = bodies.map((body, index) => ({ messageId: String(index), body })).slice(decidedMessages);
  decidedMessages = bodies.length;
  for (let start = 0; start < records.length; start += WAKE_UPS_PER_BATCH) {
    const Records = records.slice(start, start + WAKE_UPS_PER_BATCH) as SQSRecord[];
    const { batchItemFailures } = await decide({ Records });
    if (batchItemFailures.length > 0) throw new Error('decide left messages');
  }
}

async function profile(name: string, work: () => Promise<void>): Promise<Profile> {
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const { profile } = await session.post('Profiler.stop');
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const micros = new Map<string, number>();
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const owner = ownerOf(id);
    if (owner === undefined) continue;
    micros.set(owner, (micros.get(owner) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
  }
  const all = [...micros.values()].reduce((sum, one) => sum + one, 0);
  const owners = [...micros]
    .map(([owner, one]) => [owner, one / all] as const)
    .filter(([, share]) => share >= 0.01)
    .sort(([, a], [, b]) => b - a);
  return { name, microsPerSpan: (user + system) / SPANS, owners };

  /** `undefined`: nobody worked, or it was the bench. */
  function ownerOf(sample: number): string | undefined {
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const { functionName, url } = nodes.get(id)?.callFrame ?? { functionName: '', url: '' };
      if (functionName === '(idle)') return undefined;
      if (functionName === '(garbage collector)') return 'garbage collection';
      const owner = ownerOfFile(url);
      if (owner !== undefined) return owner === 'bench' ? undefined : owner;
    }
    return 'Node.js';
  }
}

function ownerOfFile(url: string): string | undefined {
  if (url.startsWith(ROOT)) {
    const [top, room, name] = url.slice(ROOT.length).split('/');
    if (top === 'node_modules') {
      if (AWS_SDK.includes(room ?? '')) return 'AWS SDK';
      return room?.startsWith('@') ? `${room}/${name}` : room;
    }
    return top === 'lib' ? `lib/${room}` : top;
  }
  return NODE_OWNERS.find(([prefix]) => url.startsWith(prefix))?.[1];
}
