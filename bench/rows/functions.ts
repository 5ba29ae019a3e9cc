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
import { eventOf, QUIET, servicesOn } from '../load/deployed.ts';
import { startStub } from '../load/start-stub.ts';
import { spread, timesAsFast } from '../table/rounds.ts';
import type { Measurement, Row, Size } from '../table/row.ts';
import { spansOf } from './stored-traces.ts';
import { decodeRequest, regroupObjects } from './with-objects.ts';

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

/** One handler with our regrouping, one with that of objects: all else is the same, against a stub that answers at once. */
async function ingestHandler(corpus: CorpusName, size: Size): Promise<Measurement> {
  await using stub = await startStub();
  const { url } = stub;
  const requests = corpusOf(corpus, size.spans);
  const events = requests.map(({ protobuf }) => eventOf(gzipSync(protobuf)));
  const send = (handler: ReturnType<typeof wireIngest>) => async () => {
    for (const event of events) assert.equal((await handler(event)).statusCode, 200);
  };
  const sides = { own: send(handlerOfProduct(url, 'own')), base: send(handlerOnObjects(url, 'objects')) };
  await sides.own();
  await sides.base();
  const writtenTo = async (table: string) => (await fetch(`${url}/written/${table}`)).text();
  assert.equal(await writtenTo('own'), await writtenTo('objects'), 'both write the same fragments');
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

function handlerOnObjects(url: string, table: string) {
  const services = servicesOn(url, table);
  const { clock } = services(undefined);
  return createHandler({
    ingest: async ({ protobuf }) => ingestObjects(protobuf, { ...services(undefined), hashFragment }, CONFIG),
    authorize: authorizeAll,
    refusals: new RefusalLog({ log: QUIET, clock }),
    log: QUIET,
    metrics: NO_METRICS,
  });
}

/** `ingest` of lib/pipeline, on objects that protobufjs decodes. */
async function ingestObjects(protobuf: Uint8Array, deps: IngestDeps, waits: SamplingConfig) {
  const traces = regroupObjects(decodeRequest(protobuf));
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
    const micros = (side: 'own' | 'objects') => {
      const script = join(import.meta.dirname, 'first-request.ts');
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, side, body], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as { micros: number; digest: string };
    };
    const own: number[] = [];
    const ratios = Array.from({ length: rounds }, () => {
      const [ofObjects, ofOwn] = [micros('objects'), micros('own')];
      assert.equal(ofOwn.digest, ofObjects.digest, 'both give the same fragments');
      own.push(ofOwn.micros / 1000);
      return ofObjects.micros / ofOwn.micros;
    });
    return { ...spread(ratios), note: `${spread(own).value.toFixed(1)} ms` };
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
