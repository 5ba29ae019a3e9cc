import { isKept, type TracePlan } from './plan.ts';

/** What is known of a span: it was handed to an exporter, its exporter was told that it is safe, or gave it up. */
const SENT = 0;
const ACCEPTED = 1;
const GIVEN_UP = 2;

export interface SpanOfTrace {
  readonly trace: SentTrace;
  readonly index: number;
}

export class SentTrace {
  readonly plan: TracePlan;
  readonly #states: Uint8Array;
  /** How often each span was found in the archive. */
  readonly found: Uint8Array;

  constructor(plan: TracePlan) {
    this.plan = plan;
    this.#states = new Uint8Array(plan.spans.length);
    this.found = new Uint8Array(plan.spans.length);
  }

  isAccepted(index: number): boolean {
    return this.#states[index] === ACCEPTED;
  }

  /** As `isKept` of its plan. */
  get isKept(): boolean | undefined {
    return isKept(this.plan, (index) => this.isAccepted(index));
  }

  /** @returns whether that was news */
  settle(index: number, isAccepted: boolean): boolean {
    if (this.#states[index] !== SENT) return false;
    this.#states[index] = isAccepted ? ACCEPTED : GIVEN_UP;
    return true;
  }
}

/** Every trace that was sent, and what its exporters were told. */
export class Ledger {
  readonly #traces = new Map<string, SentTrace>();
  readonly counts = { sent: 0, accepted: 0, givenUp: 0 };

  add(plan: TracePlan): SentTrace {
    const trace = new SentTrace(plan);
    this.#traces.set(plan.traceId, trace);
    this.counts.sent += plan.spans.length;
    return trace;
  }

  accept(spans: readonly SpanOfTrace[]): void {
    for (const { trace, index } of spans) if (trace.settle(index, true)) this.counts.accepted += 1;
  }

  giveUp(spans: readonly SpanOfTrace[]): void {
    for (const { trace, index } of spans) if (trace.settle(index, false)) this.counts.givenUp += 1;
  }

  /** Spans of which the exporters know nothing yet. */
  get waiting(): number {
    const { sent, accepted, givenUp } = this.counts;
    return sent - accepted - givenUp;
  }

  get(traceId: string): SentTrace | undefined {
    return this.#traces.get(traceId);
  }

  get traces(): Iterable<SentTrace> {
    return this.#traces.values();
  }
}
