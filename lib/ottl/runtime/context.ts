import type { MessageView } from '../../otlp/protobuf/message-view.ts';
import type { ResourceSpansView, ScopeView, Trace } from '../../otlp/trace/trace.ts';
import type { Level } from './level.ts';
import type { Getter } from './value.ts';
import { Work } from './work.ts';

/** What the work of a condition is measured by. */
export interface MeteredCondition {
  /** How many it calls, at most. */
  readonly converters: number;
}

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
  /** What has been found out, by slot, and for which resource, scope or span: the stamp of that. */
  readonly #found: unknown[] = [];
  readonly #stamps: number[] = [];
  #lastStamp = 0;
  #resourceStamp = 0;
  #scopeStamp = 0;
  #spanStamp = 0;
  readonly #works = new Map<MeteredCondition | undefined, Work>();
  #condition: MeteredCondition | undefined;
  #work: Work | undefined;

  constructor(trace: Trace, resource: ResourceSpansView) {
    this.trace = trace;
    this.#resource = resource;
    this.#span = resource.firstSpan;
  }

  get resource(): ResourceSpansView {
    return this.#resource;
  }

  set resource(resource: ResourceSpansView) {
    this.#resource = resource;
    this.#resourceStamp = ++this.#lastStamp;
    this.span = resource.firstSpan;
  }

  /** Number of the span in the trace. */
  get span(): number {
    return this.#span;
  }

  set span(span: number) {
    this.#span = span;
    this.#spanStamp = ++this.#lastStamp;
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
      this.#scopeStamp = ++this.#lastStamp;
    }
    return this.#scope;
  }

  /** What the condition that is evaluated may still cost. */
  get work(): Work {
    this.#work ??= this.#workOf(this.#condition);
    return this.#work;
  }

  /** Counts what follows for this condition. */
  begin(condition: MeteredCondition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.#work = undefined;
  }

  /** What the getter finds, asked once for all spans of a resource or a scope, or all events of a span. */
  remembered<T>(level: Level, slot: number, get: Getter<T>): T {
    const stamp = this.#stampOf(level);
    if (this.#stamps[slot] !== stamp) {
      this.#found[slot] = attempt(get, this);
      this.#stamps[slot] = stamp;
    }
    const found = this.#found[slot];
    if (found instanceof Failure) throw found.error;
    return found as T;
  }

  #workOf(condition: MeteredCondition | undefined): Work {
    let work = this.#works.get(condition);
    if (work === undefined) {
      const bytes = this.trace.index.fragments.reduce((sum, { length }) => sum + length, 0);
      work = new Work(bytes, condition?.converters ?? 0);
      this.#works.set(condition, work);
    }
    return work;
  }

  #stampOf(level: Level): number {
    if (level === 'span') return this.#spanStamp;
    if (level !== 'scope') return this.#resourceStamp;
    // Makes sure that it is that of the span.
    void this.scope;
    return this.#scopeStamp;
  }
}

function attempt<T>(get: Getter<T>, context: EvaluationContext): T | Failure {
  try {
    return get(context);
  } catch (error) {
    return new Failure(error);
  }
}
