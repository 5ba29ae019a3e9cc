import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter as OtlpJsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

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

export const SERVICE_NAMES = ['gateway', 'auth', 'cart', 'fraud-check', 'payment', 'order-fulfilment'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

interface ServiceDescription {
  readonly version: string;
  readonly encoding: 'protobuf' | 'json';
  /** How long its SDK gathers spans before it sends them: parts of one trace arrive at different times. */
  readonly scheduledDelayMs: number;
}

const DESCRIPTIONS: Readonly<Record<ServiceName, ServiceDescription>> = {
  gateway: { version: '4.12.0', encoding: 'protobuf', scheduledDelayMs: 250 },
  auth: { version: '2.3.1', encoding: 'protobuf', scheduledDelayMs: 400 },
  cart: { version: '1.44.2', encoding: 'json', scheduledDelayMs: 300 },
  'fraud-check': { version: '0.9.7', encoding: 'protobuf', scheduledDelayMs: 700 },
  payment: { version: '3.0.5', encoding: 'protobuf', scheduledDelayMs: 500 },
  'order-fulfilment': { version: '1.8.0', encoding: 'protobuf', scheduledDelayMs: 600 },
};

/** Small, so that the demo makes many export requests. */
const MAX_EXPORT_BATCH_SIZE = 64;

/** The six services of the checkout system, each with an OpenTelemetry SDK of its own that exports to Tailgate. */
export interface Services {
  readonly tracers: Readonly<Record<ServiceName, Tracer>>;
  readonly exporters: readonly CountingExporter[];
  /** Sends what is still waiting in the SDKs, and closes them. */
  shutdown(): Promise<void>;
}

/** @param listener sees every span that any service ends */
export function createServices(url: string, idGenerator: IdGenerator, listener: SpanProcessor): Services {
  const services = SERVICE_NAMES.map((name) => {
    const exporter = new CountingExporter(createExporter(DESCRIPTIONS[name].encoding, `${url}/v1/traces`));
    return { name, exporter, provider: createProvider(name, exporter, idGenerator, listener) };
  });
  const tracers = Object.fromEntries(
    services.map(({ name, provider }) => [name, provider.getTracer(`demo/${name}`, DESCRIPTIONS[name].version)]),
  ) as Record<ServiceName, Tracer>;
  return {
    tracers,
    exporters: services.map(({ exporter }) => exporter),
    async shutdown() {
      await Promise.all(services.map(({ provider }) => provider.shutdown()));
    },
  };
}

function createExporter(encoding: 'protobuf' | 'json', url: string): SpanExporter {
  return encoding === 'json' ? new OtlpJsonExporter({ url }) : new OtlpProtobufExporter({ url });
}

function createProvider(
  name: ServiceName,
  exporter: SpanExporter,
  idGenerator: IdGenerator,
  listener: SpanProcessor,
): BasicTracerProvider {
  const { version, scheduledDelayMs } = DESCRIPTIONS[name];
  return new BasicTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': name,
        'service.namespace': 'checkout',
        'service.version': version,
        'service.instance.id': `${name}-1`,
        'deployment.environment.name': 'demo',
        'host.name': `${name}-1.checkout.internal`,
        'cloud.provider': 'aws',
        'cloud.region': 'eu-central-1',
      }),
    ),
    // Given here because the environment variables of the person's own programs would otherwise decide.
    sampler: new AlwaysOnSampler(),
    idGenerator,
    spanProcessors: [
      listener,
      new BatchSpanProcessor(exporter, {
        maxExportBatchSize: MAX_EXPORT_BATCH_SIZE,
        maxQueueSize: 4096,
        scheduledDelayMillis: scheduledDelayMs,
        exportTimeoutMillis: 30_000,
      }),
    ],
  });
}
