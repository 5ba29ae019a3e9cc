import type { AttributeValue } from '../../otlp/attribute-value.ts';
import type { MessageView } from '../../otlp/message-view.ts';
import type { Trace } from '../../otlp/trace.ts';
import type { ResourceSpansView, ScopeView } from '../../otlp/trace-views.ts';

/** The span, and maybe the event of it, that a condition is evaluated on. Moved from one span of a resource to the next. */
export class EvaluationContext {
  readonly trace: Trace;
  /** Number of the span in the trace. */
  span = 0;
  readonly resource: ResourceSpansView;
  readonly #resourceAttributes = new Map<string, AttributeValue | undefined>();
  #event: MessageView | undefined;
  #scope: ScopeView | undefined;
  #scopeRow = -1;

  constructor(trace: Trace, resource: ResourceSpansView) {
    this.trace = trace;
    this.resource = resource;
  }

  /** The first attribute of the resource that has this key, looked up once for all of its spans. */
  resourceAttribute(key: string): AttributeValue | undefined {
    if (this.#resourceAttributes.has(key)) return this.#resourceAttributes.get(key);
    const value = this.resource.attribute(key);
    this.#resourceAttributes.set(key, value);
    return value;
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
    const row = this.trace.scopeNumberOf(this.span);
    if (this.#scope === undefined || row !== this.#scopeRow) {
      this.#scope = this.trace.scopeOf(this.span);
      this.#scopeRow = row;
    }
    return this.#scope;
  }
}
