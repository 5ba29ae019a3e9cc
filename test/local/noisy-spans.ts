import { context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Spans of about 800 bytes that do not compress, each the root of a trace or all in one. */
export function makeSpans(count: number, traces: 'one' | 'many'): readonly ReadableSpan[] {
  const finished = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] }).getTracer('test');
  const parent = trace.setSpan(context.active(), tracer.startSpan('root'));
  for (let index = 0; index < count; index++) {
    const attributes = { noise: Array.from({ length: 80 }, () => Math.random()) };
    tracer.startSpan(`${index}`, { attributes, root: traces === 'many' }, parent).end();
  }
  return finished.getFinishedSpans();
}

/** Sends them as an SDK does. Resolves to the error with which the exporter has given up after all its retries. */
export function send(url: string, spans: readonly ReadableSpan[]): Promise<Error | undefined> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, compression: CompressionAlgorithm.GZIP });
  return new Promise((resolve) => exporter.export([...spans], ({ error }) => resolve(error)));
}
