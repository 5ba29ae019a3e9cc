import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalOptions, type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { startOnEngines } from '../support/engines/start-on-engines.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { type ArchiveLine, readArchive, spansOf } from './archive-files.ts';

const CONFIG = `
decision_wait: 1s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 2000 } }
`;

/** The same handlers with the adapters of AWS and with those of one machine. */
const PRODUCTS: readonly (readonly [string, (options: LocalOptions) => Promise<RunningTailgate>])[] = [
  ['the adapters of AWS, on engines', startOnEngines],
  ['the local run', startLocal],
];

const EXPORTERS = [
  { format: 'protobuf', Exporter: ProtobufExporter, compression: CompressionAlgorithm.NONE },
  { format: 'protobuf', Exporter: ProtobufExporter, compression: CompressionAlgorithm.GZIP },
  { format: 'JSON', Exporter: JsonExporter, compression: CompressionAlgorithm.NONE },
];
const TRACES_PER_EXPORTER = 8;

describe.each(PRODUCTS.flatMap(([product, start]) => EXPORTERS.map((exporter) => ({ product, start, ...exporter }))))(
  'on $product: traces from the $format exporter, compression $compression',
  ({ start, Exporter, compression }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-e2e-'));
    const log = new RecordingLog();
    const sent = new InMemorySpanExporter();
    let tailgate: RunningTailgate;
    let lines: ArchiveLine[];

    beforeAll(async () => {
      const parsed = parseSamplingConfig(CONFIG);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
      tailgate = await start({ host: '127.0.0.1', port: 0, dataDir, config: parsed.config, keys: ['tg_key'], log });
      const exporters = ['gateway', 'cart'].map((service) => {
        const exporter = new Exporter({
          url: `${tailgate.url}/v1/traces`,
          headers: { 'x-api-key': 'tg_key' },
          compression,
        });
        const resource = resourceFromAttributes({ 'service.name': service });
        const spanProcessors = [
          new BatchSpanProcessor(exporter, { maxExportBatchSize: 5, scheduledDelayMillis: 60_000 }),
          new SimpleSpanProcessor(sent),
        ];
        return new BasicTracerProvider({ resource, spanProcessors });
      });
      sendTraces(exporters);
      await Promise.all(exporters.map((provider) => provider.forceFlush()));
      await log.until(() => log.total('received') === TRACES_PER_EXPORTER);
      lines = readArchive(dataDir);
    });

    afterAll(async () => {
      await tailgate.stop();
      rmSync(dataDir, { recursive: true });
    });

    /** Each fourth trace fails in the cart, the one after it is slow; two services, so at least two requests a trace. */
    function sendTraces([gateway, cart]: BasicTracerProvider[]): void {
      for (let index = 0; index < TRACES_PER_EXPORTER; index++) {
        const start = Date.now();
        const root = gateway?.getTracer('test', '1.0').startSpan(`GET /${index}`, { startTime: start });
        if (root === undefined) throw new Error('no gateway');
        const parent = trace.setSpan(context.active(), root);
        const child = cart?.getTracer('test').startSpan('add', { startTime: start, attributes: { index } }, parent);
        if (index % 4 === 0) child?.setStatus({ code: SpanStatusCode.ERROR, message: 'out of stock' });
        child?.end(start + 10);
        root.end(start + (index % 4 === 1 ? 2_500 : 50));
      }
    }

    it('are kept exactly where a policy asks for it', () => {
      const failing = traceIds(sent.getFinishedSpans().filter((span) => span.status.code === SpanStatusCode.ERROR));
      const slow = traceIds(sent.getFinishedSpans().filter((span) => span.duration[0] >= 2));
      const kept = (policy: string) =>
        new Set(lines.filter((l) => l.sampling_policy === policy).map((l) => l.trace_id));
      expect(failing.size).toBe(2);
      expect(kept('errors')).toEqual(failing);
      expect(kept('slow')).toEqual(slow);
    });

    it('are kept whole, each span once', () => {
      const kept = new Set(lines.map((line) => line.trace_id));
      const expected = sent.getFinishedSpans().filter((span) => kept.has(span.spanContext().traceId));
      expect(
        spansOf(lines)
          .map(({ spanId }) => spanId)
          .sort(),
      ).toEqual(expected.map((span) => span.spanContext().spanId).sort());
      expect(log.total('lateFragments')).toBe(0);
    });

    it('are refused without the key', async () => {
      const answer = await fetch(`${tailgate.url}/v1/traces`, { method: 'POST' });
      expect(answer.status).toBe(401);
    });
  },
);

describe('the JSON exporter with compression', () => {
  it('is refused as by AWS, which destroys such bodies, and hears what to set', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-e2e-'));
    const parsed = parseSamplingConfig(CONFIG);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const log = new RecordingLog();
    const tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config: parsed.config, keys: [], log });
    const exporter = new JsonExporter({ url: `${tailgate.url}/v1/traces`, compression: CompressionAlgorithm.GZIP });
    const finished = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] });
    provider.getTracer('test').startSpan('lost').end();
    const { error } = await new Promise<ExportResult>((resolve) =>
      exporter.export(finished.getFinishedSpans(), resolve),
    );
    expect(error).toMatchObject({
      code: 415,
      data: expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'),
    });
    await tailgate.stop();
    rmSync(dataDir, { recursive: true });
  });
});

type ExportResult = Parameters<Parameters<JsonExporter['export']>[1]>[0];

function traceIds(spans: readonly ReadableSpan[]): Set<string> {
  return new Set(spans.map((span) => span.spanContext().traceId));
}
