import { ROOT_CONTEXT, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SERVICES, type ServiceName, type SpanPlan, type TracePlan } from './plan.ts';

/** Every span has ended before it is sent. */
const STARTED_AGO_MS = 10_000;
const SLOW_MS = 6_000;

/** Makes spans as the SDKs of the services do. */
export class SpanMaker {
  readonly #tracers: ReadonlyMap<ServiceName, Tracer>;
  /** Of the span that is made next. */
  #ids = { traceId: '', spanId: '' };
  #ended: ReadableSpan | undefined;

  constructor() {
    this.#tracers = new Map(SERVICES.map((name) => [name, this.#provider(name).getTracer(`chaos/${name}`, '1.0.0')]));
  }

  /** The spans of a trace, in the order of its plan. */
  make(plan: TracePlan): readonly ReadableSpan[] {
    const startMs = Date.now() - STARTED_AGO_MS;
    return plan.spans.map((span, index) => this.#make(plan, span, index, startMs + index));
  }

  #make(
    { traceId, kind, spans }: TracePlan,
    { service, spanId, isDeciding }: SpanPlan,
    index: number,
    startMs: number,
  ) {
    this.#ids = { traceId, spanId };
    const [root] = spans;
    const parent =
      index === 0 || root === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: root.spanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: true,
          });
    const span = this.#tracers.get(service)?.startSpan(nameOf(index), { startTime: startMs }, parent);
    if (span === undefined) throw new Error(`no tracer for ${service}`);
    span.setAttributes({
      'chaos.kind': kind,
      'chaos.index': index,
      'http.route': '/checkout/{id}',
      'customer.id': spanId,
    });
    if (isDeciding && kind === 'chosen') span.setAttribute('chaos.keep', 'yes');
    if (isDeciding && kind === 'error') span.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
    span.end(startMs + (isDeciding && kind === 'slow' ? SLOW_MS : 20));
    if (this.#ended === undefined) throw new Error('the span did not end');
    return this.#ended;
  }

  #provider(name: ServiceName): BasicTracerProvider {
    return new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': name,
        'host.name': `${name}-1`,
        'cloud.region': 'eu-central-1',
      }),
      sampler: new AlwaysOnSampler(),
      idGenerator: { generateTraceId: () => this.#ids.traceId, generateSpanId: () => this.#ids.spanId },
      spanProcessors: [
        {
          onStart: () => {},
          onEnd: (span) => {
            this.#ended = span;
          },
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
    });
  }
}

/** Of the span at this place of its plan: a reader sees whether it got the right one. */
export function nameOf(index: number): string {
  return `chaos ${index}`;
}
