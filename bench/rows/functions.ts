/** Rows of the Lambda functions: the whole handler, its first request, its size, and what it pays for writes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHandler, wireIngest } from '../../functions/ingest/handler.ts';
import { authorizeAll } from '../../functions/ingest/keys.ts';
import { RefusalLog } from '../../functions/ingest/refusal-log.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { NO_METRICS } from '../../functions/shared/metrics.ts';
import { hashFragment } from '../../lib/aws/system.ts';
import type { IngestDeps } from '../../lib/pipeline/ingest.ts';
import { delayUntilDue, wakeUpsFor } from '../../lib/pipeline/wake-ups.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import { buildHandlers, HANDLERS } from '../../scripts/build/handlers.ts';
import { type CorpusName, corpusOf, samplingConfig } from '../corpora.ts';
import { eventOf, QUIET, servicesOn, trainOn } from '../load/deployed.ts';
import { startStub } from '../load/start-stub.ts';
import { measurementOf, timesAsFast } from '../table/rounds.ts';
import type { Measurement, Row, Size } from '../table/row.ts';
import { spansOf } from './stored-traces.ts';
import { decodeRequest, type ObjectFragment, regroupObjects } from './with-objects.ts';

export const FUNCTION_ROWS: readonly Row[] = [
  ...(['gateway', 'pod'] as const).map((corpus) => ({
    name: `ingest handler : the same on protobufjs, ${corpus}`,
    unit: '×',
    floor: 2,
    goal: 3,
    better: 'higher' as const,
    isLong: true,
    measure: (size: Size) => ingestHandler(corpus, size),
  })),
  {
    name: 'first request of a process : protobufjs',
    unit: '×',
    floor: 12,
    goal: 17,
    better: 'higher',
    isLong: true,
    measure: (size) => firstRequest(size),
  },
  ...(
    [
      ['ingest', 400],
      ['decide', 750],
      ['read', 750],
    ] as const
  ).map(([name, kilobytes]) => ({
    name: `bundle of ${name}`,
    unit: 'KB',
    floor: kilobytes,
    goal: kilobytes,
    better: 'lower' as const,
    isLong: true,
    measure: () => bundle(name),
  })),
];

/**
 * One handler with our regrouping, one with that of objects: all else is the same, against a stub that answers at once. The bound has
 * the fragments beforehand, so that base64, gzip, hashes, compression, signatures and HTTP remain.
 */
async function ingestHandler(corpus: CorpusName, size: Size): Promise<Measurement> {
  await using stub = await startStub();
  const { url } = stub;
  const requests = corpusOf(corpus, size.spans);
  const events = requests.map(({ protobuf }) => eventOf(gzipSync(protobuf)));
  const send = (handler: ReturnType<typeof wireIngest>) => async () => {
    for (const event of events) assert.equal((await handler(event)).statusCode, 200);
  };
  await trainOn(corpus, url, ['own', 'objects', 'bound']);
  const known = new Map(requests.map(({ protobuf }) => [protobuf.length, objectsOf(protobuf)]));
  assert.equal(known.size, requests.length, 'their sizes tell the requests apart');
  const knownOf = ({ length }: Uint8Array) => known.get(length) ?? new Map();
  const sides = {
    own: send(handlerOfProduct(url, 'own')),
    base: send(handlerOn(objectsOf, url, 'objects')),
    bound: send(handlerOn(knownOf, url, 'bound')),
  };
  for (const pass of Object.values(sides)) await pass();
  const writtenTo = async (table: string) => (await fetch(`${url}/written/${table}`)).text();
  for (const table of ['objects', 'bound']) {
    assert.equal(await writtenTo('own'), await writtenTo(table), 'all write the same fragments');
  }
  return await timesAsFast(sides, { ...size, sliceMs: size.sliceMs * 4 }, spansOf(requests));
}

function handlerOfProduct(url: string, table: string) {
  const config = fixedConfig(CONFIG);
  return wireIngest({ services: servicesOn(url, table), config, authorize: authorizeAll, log: QUIET });
}

const CONFIG = configOf(samplingConfig('30s'));

function configOf(text: string): SamplingConfig {
  const parsed = parseSamplingConfig(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

type RegroupObjects = (protobuf: Uint8Array) => Map<string, ObjectFragment>;

const objectsOf: RegroupObjects = (protobuf) => regroupObjects(decodeRequest(protobuf));

/** The handler with this instead of our regrouping. */
function handlerOn(regroupRequest: RegroupObjects, url: string, table: string) {
  const services = servicesOn(url, table);
  const { clock } = services(undefined);
  return createHandler({
    ingest: async ({ protobuf }) =>
      ingestObjects(regroupRequest(protobuf), { ...services(undefined), hashFragment }, CONFIG),
    authorize: authorizeAll,
    refusals: new RefusalLog({ log: QUIET, clock }),
    log: QUIET,
    metrics: NO_METRICS,
  });
}

/** `ingest` of lib/pipeline, on fragments that protobufjs has encoded. */
async function ingestObjects(traces: Map<string, ObjectFragment>, deps: IngestDeps, waits: SamplingConfig) {
  const receivedAtMs = deps.clock.now();
  const fragments = [...traces].map(([traceId, { payload, spanCount }]) => {
    const hash = deps.hashFragment(payload);
    return { buffered: { traceId, hash, payload, spanCount, receivedAtMs }, ref: { traceId, hash }, hasRoot: false };
  });
  await deps.buffer.append(fragments.map(({ buffered }) => buffered));
  const wakeUps = wakeUpsFor(fragments, receivedAtMs, waits);
  await deps.wakeUps.send(wakeUps.map((wakeUp) => delayUntilDue(wakeUp, deps.clock.now())));
  const acceptedSpanCount = fragments.reduce((sum, { buffered }) => sum + buffered.spanCount, 0);
  return { acceptedSpanCount, fragmentCount: fragments.length, rejectedSpanCount: 0, errorMessage: undefined };
}

/** The base, our own, and the bound. */
const FIRST_SIDES = ['objects', 'own', 'bound'] as const;

/**
 * Processor time of the first 512 spans that a process regroups, when nothing is compiled yet; without what loads the modules. One
 * process each, in turns.
 */
function firstRequest({ rounds }: Size): Measurement {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-first-request-'));
  try {
    const [request] = corpusOf('gateway', 512);
    assert.ok(request);
    const body = join(folder, 'body');
    writeFileSync(body, request.protobuf);
    const micros = (side: (typeof FIRST_SIDES)[number]) => {
      const script = join(import.meta.dirname, 'first-request.ts');
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, side, body], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as { micros: number; digest: string };
    };
    const sides = FIRST_SIDES.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      const results = FIRST_SIDES.map(micros);
      assert.equal(new Set(results.map(({ digest }) => digest)).size, 1, 'all give the same fragments');
      for (const [side, result] of results.entries()) sides[side]?.push(result.micros);
    }
    return measurementOf(sides, (base, own) => base / own, 'request');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a cold start reads: the entry point, and what it imports at once. */
async function bundle(name: string): Promise<Measurement> {
  await buildHandlers();
  const folder = join(HANDLERS, name);
  const read = new Set<string>(['index.mjs']);
  for (const file of read) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, part = ''] of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.mjs)"/g)) read.add(part);
  }
  const bytes = [...read].reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  const kilobytes = bytes / 1000;
  return { value: kilobytes, quartiles: [kilobytes, kilobytes], note: `${bytes.toLocaleString('en')} B` };
}
