import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** An exporter that counts what another one has sent. */
export class CountingExporter implements SpanExporter {
  /** Export requests that were answered with success. */
  requests = 0;
  /** Spans in them. */
  spans = 0;
  /** Why spans could not be sent. */
  readonly failures: string[] = [];
  readonly #exporter: SpanExporter;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(spans: ReadableSpan[], resultCallback: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      // 0 is ExportResultCode.SUCCESS.
      if (result.code === 0) {
        this.requests += 1;
        this.spans += spans.length;
      } else {
        this.failures.push(result.error?.message ?? 'export failed');
      }
      resultCallback(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }
}
