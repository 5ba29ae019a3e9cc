import type { MessageView } from '../../otlp/message-view.ts';
import type { Trace } from '../../otlp/trace.ts';
import type { ResourceSpansView, ScopeView } from '../../otlp/trace-views.ts';
import type { Level } from './level.ts';
import type { Getter } from './operand.ts';
import { Work } from './work.ts';

/** What has been found out for one resource, scope or span, by what finds it out. */
type Memory = Map<Getter<unknown>, unknown>;

/** In place of a value that could not be found. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** The span, and maybe the event of it, that a condition is evaluated on. Moved over a trace, resource by resource and span by span. */
export class EvaluationContext {
  readonly trace: Trace;
  #resource: ResourceSpansView;
  #span = 0;
  #event: MessageView | undefined;
  #scope: ScopeView | undefined;
  #scopeRow = -1;
  readonly #ofResource: Memory = new Map();
  readonly #ofScope: Memory = new Map();
  readonly #ofSpan: Memory = new Map();
  readonly #traceBytes: number;
  readonly #works = new Map<unknown, Work>();
  #work: Work;

  constructor(trace: Trace, resource: ResourceSpansView) {
    this.trace = trace;
    this.#resource = resource;
    this.#span = resource.firstSpan;
    this.#traceBytes = trace.index.fragments.reduce((bytes, fragment) => bytes + fragment.length, 0);
    this.#work = new Work(this.#traceBytes);
  }

  get resource(): ResourceSpansView {
    return this.#resource;
  }

  set resource(resource: ResourceSpansView) {
    this.#resource = resource;
    this.#ofResource.clear();
    this.span = resource.firstSpan;
  }

  /** Number of the span in the trace. */
  get span(): number {
    return this.#span;
  }

  set span(span: number) {
    this.#span = span;
    if (this.#ofSpan.size > 0) this.#ofSpan.clear();
  }

  /** The `Event` message. Only conditions on events ask for it. */
  get event(): MessageView {
    if (this.#event === undefined) throw new TypeError('a condition on spans asks for an event');
    return this.#event;
  }

  set event(event: MessageView) {
    this.#event = event;
  }

  /** The instrumentation scope of the span. */
  get scope(): ScopeView {
    const row = this.trace.scopeNumberOf(this.#span);
    if (this.#scope === undefined || row !== this.#scopeRow) {
      this.#scope = this.trace.scopeOf(this.#span);
      this.#scopeRow = row;
      this.#ofScope.clear();
    }
    return this.#scope;
  }

  /** What the condition that is evaluated may still cost. */
  get work(): Work {
    return this.#work;
  }

  /** Counts what follows for this condition. */
  begin(condition: unknown): void {
    const work = this.#works.get(condition);
    this.#work = work ?? new Work(this.#traceBytes);
    if (work === undefined) this.#works.set(condition, this.#work);
  }

  /** What the getter finds, asked once for all spans of a resource or a scope, or all events of a span. */
  remembered<T>(level: Level, get: Getter<T>): T {
    const memory = this.#memoryOf(level);
    const known = memory.get(get);
    if (known instanceof Failure) throw known.error;
    if (known !== undefined || memory.has(get)) return known as T;
    try {
      const found = get(this);
      memory.set(get, found);
      return found;
    } catch (error) {
      memory.set(get, new Failure(error));
      throw error;
    }
  }

  #memoryOf(level: Level): Memory {
    if (level === 'constant' || level === 'resource') return this.#ofResource;
    if (level === 'span') return this.#ofSpan;
    // Forgets what was of another scope.
    void this.scope;
    return this.#ofScope;
  }
}
