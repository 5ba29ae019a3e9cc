/** Rows of `npm start`: the whole product in a process of its own, driven over HTTP with bodies that are made beforehand. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POLICIES, samplingConfig } from '../corpora.ts';
import { type Batch, BatchMaker } from '../load/bodies.ts';
import { CollectorServer, whyNoCollector } from '../load/collector-server.ts';
import { percentile, sendClosedLoop, sendOpenLoop } from '../load/send.ts';
import { type TailSampler, whyNotMeasurable } from '../load/tail-sampler.ts';
import { TailgateServer } from '../load/tailgate-server.ts';
import { spread } from '../table/rounds.ts';
import type { Measured, Row } from '../table/row.ts';

const CONNECTIONS = 8;
const ROUNDS = 5;
/** Whoever takes longer for a round is not measured to its end. */
const PATIENCE_MS = 120_000;

export const ONE_MACHINE_ROWS: readonly Row[] = [
  {
    name: 'npm start: spans a second accepted, decided and archived',
    unit: 'spans/s',
    floor: 20_000,
    goal: 20_000,
    better: 'higher',
    isLong: true,
    measure: () => onLinux(throughput),
  },
  {
    name: 'npm start : Collector, spans per CPU-second',
    unit: '×',
    floor: 0.5,
    goal: 0.5,
    better: 'higher',
    isLong: true,
    measure: () => onLinux(besideCollector),
  },
  {
    name: 'npm start: p99 of a request at 10,000 spans/s',
    unit: 'ms',
    floor: 50,
    goal: 50,
    better: 'lower',
    isLong: true,
    measure: () => onLinux(latency),
  },
  {
    name: 'npm start: first answer after start',
    unit: 'ms',
    floor: 1000,
    goal: 1000,
    better: 'lower',
    isLong: true,
    measure: () => onLinux(firstAnswer),
  },
  {
    name: 'npm start: first answer after kill -9 with a million waiting spans',
    unit: 'ms',
    floor: 3000,
    goal: 3000,
    better: 'lower',
    isLong: true,
    measure: () => onLinux(firstAnswerAfterKill),
  },
];

/** Gives the measurement a folder, and its servers an end. */
async function onLinux(measure: (folder: string) => Promise<Measured>): Promise<Measured> {
  const skipped = whyNotMeasurable();
  if (skipped !== undefined) return { skipped };
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves to what the work resolves to. @throws when it takes too long */
async function inTime<Value>(what: string, work: Promise<Value>, limitMs = PATIENCE_MS): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: not done after ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Round {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly refusals: number;
}

/** Sends a batch as fast as it is accepted. @returns what that took until all of it was decided */
async function decideBatch(server: TailSampler, batch: Batch, tracesBefore: number): Promise<Round> {
  const [begun, cpuBefore] = [performance.now(), server.cpuSeconds];
  const { refusals } = await inTime('sending', sendClosedLoop(server.url, batch.bodies, CONNECTIONS));
  await inTime('deciding', server.decided(tracesBefore + batch.traceCount));
  return { wallMs: performance.now() - begun, cpuSeconds: server.cpuSeconds - cpuBefore, refusals };
}

/** From the first request to the last decision, with a `decision_wait` of one second in it. */
async function throughput(folder: string): Promise<Measured> {
  await using cleanUp = new AsyncDisposableStack();
  const maker = new BatchMaker('pod', 40_000);
  const server = await TailgateServer.start(folder, samplingConfig('1s'));
  cleanUp.defer(() => server.stop('SIGKILL'));
  let traces = 0;
  const rates: number[] = [];
  const perCpu: number[] = [];
  let refusals = 0;
  for (let round = -1; round < ROUNDS; round++) {
    // The first warms up.
    const batches = Array.from({ length: round < 0 ? 1 : 4 }, () => maker.next());
    const batch = {
      bodies: batches.flatMap(({ bodies }) => bodies),
      spanCount: batches.reduce((sum, { spanCount }) => sum + spanCount, 0),
      traceCount: batches.reduce((sum, { traceCount }) => sum + traceCount, 0),
    };
    const one = await decideBatch(server, batch, traces);
    traces += batch.traceCount;
    if (round < 0) continue;
    rates.push((batch.spanCount / one.wallMs) * 1000);
    perCpu.push(batch.spanCount / one.cpuSeconds);
    refusals += one.refusals;
  }
  const note = `pod batches; ${Math.round(spread(perCpu).value)} spans per CPU-second; ${refusals} times refused`;
  return { ...spread(rates), note };
}

/** The same bodies in turns to both; the processor time of each until it has decided and written. */
async function besideCollector(folder: string): Promise<Measured> {
  const skipped = whyNoCollector();
  if (skipped !== undefined) return { skipped };
  await using cleanUp = new AsyncDisposableStack();
  const waitMs = 5_000;
  const maker = new BatchMaker('gateway', 60_000);
  const tailgate = await TailgateServer.start(folder, samplingConfig(`${waitMs}ms`));
  cleanUp.defer(() => tailgate.stop('SIGKILL'));
  const collector = await CollectorServer.start(folder, waitMs, POLICIES);
  cleanUp.defer(() => collector.stop('SIGKILL'));
  let traces = 0;
  const ratios: number[] = [];
  const perCpu = { tailgate: [] as number[], collector: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) {
    const batch = maker.next();
    const order = round % 2 === 0 ? [tailgate, collector] : [collector, tailgate];
    const cpuSeconds = new Map<TailSampler, number>();
    for (const server of order) cpuSeconds.set(server, (await decideBatch(server, batch, traces)).cpuSeconds);
    traces += batch.traceCount;
    if (round < 0) continue;
    const rate = (server: TailSampler) => batch.spanCount / (cpuSeconds.get(server) ?? Number.NaN);
    perCpu.tailgate.push(rate(tailgate));
    perCpu.collector.push(rate(collector));
    ratios.push(rate(tailgate) / rate(collector));
  }
  const rss = [tailgate, collector].map(({ rssBytes }) => Math.round(rssBytes / 1e6));
  await collector.stop();
  const [ours, theirs] = [await tailgate.keptTraces(), await collector.keptTraces()];
  assert.equal(ours.size, theirs.size, 'both keep as many traces');
  assert.ok(
    [...ours].every((traceId) => theirs.has(traceId)),
    'both keep the same traces',
  );
  const figure = (values: readonly number[]) => Math.round(spread(values).value).toLocaleString('en');
  const note =
    `${figure(perCpu.tailgate)} and ${figure(perCpu.collector)} spans per CPU-second, ${rss[0]} and ${rss[1]} MB; ` +
    `both keep the same ${ours.size} of ${traces} traces`;
  return { ...spread(ratios), note };
}

/** Half of the rate that must be reached, for some ten seconds a round. */
async function latency(folder: string): Promise<Measured> {
  await using cleanUp = new AsyncDisposableStack();
  const maker = new BatchMaker('pod', 100_000);
  const server = await TailgateServer.start(folder, samplingConfig('5s'));
  cleanUp.defer(() => server.stop('SIGKILL'));
  const load = { spansPerSecond: 10_000, connections: 32 };
  const batches = Array.from({ length: ROUNDS + 1 }, () => maker.next());
  const p99s: number[] = [];
  const all: number[] = [];
  for (const [index, { bodies }] of batches.entries()) {
    const { latencyMs } = await inTime('sending', sendOpenLoop(server.url, bodies, load));
    // Decisions begin after 5 s: the first round warms up.
    if (index === 0) continue;
    p99s.push(percentile(latencyMs, 0.99));
    all.push(...latencyMs);
  }
  const figures = [0.5, 0.99, 1].map((share) => `${percentile(all, share).toFixed(1)} ms`);
  return {
    ...spread(p99s),
    note: `${all.length} requests of 512 spans: half ${figures[0]}, 99 % ${figures[1]}, all ${figures[2]}`,
  };
}

async function firstAnswer(folder: string): Promise<Measured> {
  const [body] = new BatchMaker('lambda', 10).next().bodies;
  assert.ok(body);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = mkdtempSync(join(folder, 'start-'));
    const begun = performance.now();
    const server = await TailgateServer.start(fresh, samplingConfig('5s'));
    await sendClosedLoop(server.url, [body], 1);
    times.push(performance.now() - begun);
    await server.stop('SIGKILL');
  }
  return spread(times);
}

const WAITING_SPANS = 1_000_000;

async function firstAnswerAfterKill(folder: string): Promise<Measured> {
  const maker = new BatchMaker('pod', 50_000);
  // Nothing is due before the end.
  const config = samplingConfig('3600s');
  let server = await TailgateServer.start(folder, config);
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => server.stop('SIGKILL'));
  let waiting = 0;
  while (waiting < WAITING_SPANS) {
    const { bodies, spanCount } = maker.next();
    await inTime('sending', sendClosedLoop(server.url, bodies, CONNECTIONS), 60_000);
    waiting += spanCount;
  }
  const [body] = new BatchMaker('lambda', 10, 2).next().bodies;
  assert.ok(body);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await server.stop('SIGKILL');
    const begun = performance.now();
    server = await TailgateServer.start(folder, config);
    await sendClosedLoop(server.url, [body], 1);
    times.push(performance.now() - begun);
  }
  return { ...spread(times), note: `${waiting.toLocaleString('en')} spans wait` };
}
