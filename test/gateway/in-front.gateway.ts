import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLocal } from '../../lib/local/start.ts';
import { readArchive, spansOf } from '../local/archive-files.ts';
import { freePort } from '../support/free-port.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';
import { buildCollector, CollectorProcess } from './collector-process.ts';

const cleanUps: (() => unknown)[] = [];

beforeAll(buildCollector);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A folder for both, and addresses that stay the same when one of them starts again. */
async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-gateway-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  const [port, grpcPort, httpPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const dataDir = join(folder, 'tailgate');
  const queue = join(folder, 'queue');
  const variables = { TAILGATE_URL: `http://127.0.0.1:${port}`, TAILGATE_KEY: 'k', QUEUE_DIRECTORY: queue };
  const log = new RecordingLog();
  const config = configFrom('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
  return {
    dataDir,
    queue,
    log,
    grpcExporter: () => new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}` }),
    httpExporter: () => new HttpExporter({ url: `http://127.0.0.1:${httpPort}/v1/traces` }),
    async startTailgate() {
      const tailgate = await startLocal({ host: '127.0.0.1', port, dataDir, config, keys: ['k'], log });
      cleanUps.push(() => tailgate.stop());
    },
    async startCollector(changed: Readonly<Record<string, string>> = {}) {
      const collector = await CollectorProcess.start(grpcPort, httpPort, { ...variables, ...changed });
      cleanUps.push(() => collector.kill('SIGKILL'));
      return collector;
    },
  };
}

/** Sends as many traces of two spans each. */
async function send(exporter: SpanExporter, name: string, traces: number): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  for (let i = 0; i < traces; i++) {
    tracer.startSpan(`${name} ${i} a`).end();
    tracer.startSpan(`${name} ${i} b`).end();
  }
  await provider.forceFlush();
  await provider.shutdown();
}

function namesIn(dataDir: string): readonly string[] {
  return spansOf(readArchive(dataDir))
    .map(({ name }) => name)
    .sort();
}

const namesOf = (name: string, traces: number) =>
  Array.from({ length: traces }, (_, i) => [`${name} ${i} a`, `${name} ${i} b`]).flat();

describe('the Collector of the example', () => {
  it('hands on what comes over gRPC and over HTTP', async () => {
    const gateway = await setUp();
    await gateway.startTailgate();
    await gateway.startCollector();
    await send(gateway.grpcExporter(), 'grpc', 50);
    await send(gateway.httpExporter(), 'http', 50);
    await gateway.log.until(() => gateway.log.total('sampled') === 200);
    expect(namesIn(gateway.dataDir)).toEqual([...namesOf('grpc', 50), ...namesOf('http', 50)].sort());
  });

  it('keeps on its disk what Tailgate cannot take, also when it is killed', async () => {
    const gateway = await setUp();
    const collector = await gateway.startCollector();
    await send(gateway.grpcExporter(), 'waits', 50);
    expect(readdirSync(gateway.queue)).not.toEqual([]);
    await collector.kill('SIGKILL');
    await gateway.startCollector();
    await gateway.startTailgate();
    await gateway.log.until(() => gateway.log.total('sampled') >= 100);
    expect(namesIn(gateway.dataDir)).toEqual(namesOf('waits', 50).sort());
  });

  it('says that a key is wrong', async () => {
    const gateway = await setUp();
    await gateway.startTailgate();
    const collector = await gateway.startCollector({ TAILGATE_KEY: 'wrong' });
    await send(gateway.grpcExporter(), 'refused', 1);
    await expect.poll(() => collector.log, { timeout: 20_000 }).toContain('401');
    expect(namesIn(gateway.dataDir)).toEqual([]);
  });
});
