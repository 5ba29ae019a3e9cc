import type { MessageView } from '../../otlp/protobuf/message-view.ts';
import type { Trace } from '../../otlp/trace/trace.ts';
import type { ResourceSpansView, ScopeView } from '../../otlp/trace/views.ts';
import type { OttlValue } from './value.ts';
import { Work } from './work.ts';

/**
 * A compiled expression: reads its value on the span or event that the context stands at.
 * @throws {OttlEvaluationError} when there is no value
 */
export type Getter<T = OttlValue> = (context: EvaluationContext) => T;

/** A compiled value. Of a literal the value is known at start, so that an error in it is found at start. */
export interface Operand {
  readonly get: Getter;
  /** Undefined when the value is not a literal. */
  readonly literal: OttlValue | undefined;
}

export function literalOperand(value: OttlValue): Operand {
  return { get: () => value, literal: value };
}

export function dynamicOperand(get: Getter): Operand {
  return { get, literal: undefined };
}

/**
 * What the value of an expression can change with, from the outside in. An expression of level `resource` has the same
 * value for all spans of a resource, one of level `span` for all events of a span.
 */
export type Level = 'constant' | 'resource' | 'scope' | 'span' | 'spanevent';

const LEVELS: readonly Level[] = ['constant', 'resource', 'scope', 'span', 'spanevent'];

/** Whether one value of the first level serves several of the second. */
export function isAbove(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) < LEVELS.indexOf(other);
}

/** The level of an expression with parts of these levels. */
export function innermost(levels: readonly Level[]): Level {
  return LEVELS.findLast((level) => levels.includes(level)) ?? 'constant';
}

/** A condition, as far as its {@link Work} depends on it. */
export interface MeteredCondition {
  /** An upper bound for the number of converters that it calls. */
  readonly converters: number;
}

/** Remembered in place of a value whose getter failed, so that it fails again without being asked again. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Where conditions are evaluated: a span of a trace, and an event of it when the conditions are on events. One context
 * is moved over a whole trace, resource by resource and span by span, so that a span costs no object.
 */
export class EvaluationContext {
  readonly trace: Trace;
  #resource: ResourceSpansView;
  #span = 0;
  #event: MessageView | undefined;
  #scope: ScopeView | undefined;
  #scopeRow = -1;
  /**
   * Remembered values by slot, and for each the stamp of the resource, scope or span that it was read from. A move to
   * another one gives that a new stamp, which makes the old values stale.
   */
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

  /** The number of the span in the trace. Setting it does not change the resource: set {@link resource} first. */
  get span(): number {
    return this.#span;
  }

  set span(span: number) {
    this.#span = span;
    this.#spanStamp = ++this.#lastStamp;
  }

  /** The `Event` message. Only conditions on events read it. */
  get event(): MessageView {
    if (this.#event === undefined) throw new TypeError('a condition on spans reads an event');
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

  /** The remaining work of the current condition on this trace. */
  get work(): Work {
    this.#work ??= this.#workOf(this.#condition);
    return this.#work;
  }

  /** Makes this the condition that further work is counted for. */
  begin(condition: MeteredCondition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.#work = undefined;
  }

  /** The value of the getter, read once per resource, scope or span (`level`) and then remembered under `slot`. */
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
    // The getter updates the stamp when the span is in another scope.
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
