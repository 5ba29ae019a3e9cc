import type { Attributes, Context, Link, SpanContext, SpanKind, Tracer } from '@opentelemetry/api';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';

export interface SpanDescription {
  readonly tracer: Tracer;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: readonly Link[];
}

/** What went wrong inside a span, as its instrumentation records it. */
export class SimulatedError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * A span of made-up time: its clock moves only when told to, so that a slow request takes no time at all.
 * Times are in milliseconds since the epoch.
 */
export class SimulatedSpan {
  /** The time inside the span. */
  now: number;
  readonly #span;
  readonly #context: Context;

  constructor(description: SpanDescription, startTime: number, parent: Context = ROOT_CONTEXT) {
    const { tracer, name, kind, attributes = {}, links = [] } = description;
    this.now = startTime;
    this.#span = tracer.startSpan(name, { kind, attributes, links: [...links], startTime }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  get spanContext(): SpanContext {
    return this.#span.spanContext();
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** Lets time pass. */
  wait(milliseconds: number): void {
    this.now += milliseconds;
  }

  /**
   * Runs `work` inside a child span, which takes this span's time with it. An error that `work` throws is recorded on
   * the child and thrown on.
   */
  child<Result>(description: SpanDescription, work: (child: SimulatedSpan) => Result): Result {
    const child = new SimulatedSpan(description, this.now, this.#context);
    try {
      return child.run(work);
    } finally {
      this.now = child.now;
    }
  }

  /** Runs `work` and ends the span, with what `work` threw recorded on it. */
  run<Result>(work: (span: SimulatedSpan) => Result): Result {
    try {
      return work(this);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#span.end(this.now);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof SimulatedError) {
      this.#span.recordException(error, this.now);
      this.#span.setAttribute('error.type', error.name);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
  }
}
