import { randomBytes } from 'node:crypto';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Pipeline } from './deployment.ts';

/** The first requests meet functions that start. */
const TIMEOUT_MS = 60_000;
const TRACES = 20;
/** Too many to wait in the buffer table, so that they go through the bucket. */
const SPILLED_BYTES = 20_000;
const BATCHES = { maxExportBatchSize: 8, scheduledDelayMillis: 60_000, exportTimeoutMillis: TIMEOUT_MS };
/** Every so many traces has an error. */
const ERROR_EVERY = 4;

/** Sends traces of two services with the OpenTelemetry SDK. Resolves to the IDs of those with an error, and to all. */
export async function sendTraces({ ingestUrl, key }: Pipeline): Promise<{ failed: string[]; all: string[] }> {
  const [gateway, cart] = ['gateway', 'cart'].map((service) => {
    const exporter = new OTLPTraceExporter({
      url: `${ingestUrl}/v1/traces`,
      headers: { 'x-api-key': key },
      compression: CompressionAlgorithm.GZIP,
      timeoutMillis: TIMEOUT_MS,
    });
    return new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      spanProcessors: [new BatchSpanProcessor(exporter, BATCHES)],
    });
  });
  if (gateway === undefined || cart === undefined) throw new Error('there are two services');
  const all: string[] = [];
  const failed: string[] = [];
  for (let i = 0; i < TRACES; i++) {
    const root = gateway.getTracer('test').startSpan(`GET /carts/${i}`);
    const child = cart.getTracer('test').startSpan('load', {}, trace.setSpan(context.active(), root));
    const { traceId } = root.spanContext();
    all.push(traceId);
    if (i % ERROR_EVERY === 0) {
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'not there' });
      if (failed.length === 0) child.setAttribute('dump', randomBytes(SPILLED_BYTES).toString('hex'));
      failed.push(traceId);
    }
    child.end();
    root.end();
  }
  await Promise.all([gateway.forceFlush(), cart.forceFlush()]);
  await Promise.all([gateway.shutdown(), cart.shutdown()]);
  return { failed, all };
}
