import type { TimeWindow } from '../archive/window.ts';
import type { Comparison, Condition } from './condition.ts';

/** Shapes of what the use cases take and give. Times of the archive are nanoseconds since the epoch, those of windows milliseconds. */

/** A window with a beginning. Without an end: up to now, and what clocks that are ahead have made. */
export interface ReadWindow extends TimeWindow {
  readonly fromMs: number;
}

export interface TraceQuery {
  readonly window: ReadWindow;
  /** @default every trace */
  readonly condition?: Condition;
  /** How many of its spans fulfil the condition. @default one or more, which must be in any case */
  readonly matchedCount?: Pick<Comparison, 'operator' | 'value'>;
  /** `slowest`: by the duration of the trace. @default newest */
  readonly order?: 'newest' | 'slowest';
  /** @default 20 */
  readonly limit?: number;
  /** How many of the spans that fulfil the condition to name, for each trace. @default 3 */
  readonly spansPerTrace?: number;
}

/** Whether an answer takes in everything that was asked for, or a bound of time or memory was reached before. */
export interface Coverage {
  readonly isComplete: boolean;
  /** Hours that were read in part, or not at all: `2026-11-21T07`. Older ones, unless the order had to see all. */
  readonly missingHours: readonly string[];
}

/** What is known of a trace without its spans. */
export interface TraceSummary {
  readonly traceId: string;
  readonly rootService: string | null;
  readonly rootName: string | null;
  /** 0: no span has a start. */
  readonly startTimeUnixNano: bigint;
  /** 0: no span has an end. */
  readonly endTimeUnixNano: bigint;
  readonly durationMs: number | null;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Spans whose parent is not in the archive. */
  readonly orphanCount: number;
  readonly status: 'OK' | 'ERROR';
  /** By name. */
  readonly services: readonly ServiceCount[];
  readonly policy: string | null;
  /** How many traces this one stands for; null: unknown. */
  readonly weight: number | null;
  readonly decidedAtMs: number | null;
  /** The hour that it is filed under. */
  readonly hour: string;
}

export interface ServiceCount {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

export interface MatchedSpan {
  readonly spanId: string;
  readonly service: string | null;
  readonly name: string;
  /** SERVER, CLIENT, …; UNSPECIFIED. */
  readonly kind: string;
  /** 0: none. */
  readonly startTimeUnixNano: bigint;
  /** null: without a start, or not finished. */
  readonly durationNanos: number | null;
}

export interface FoundTrace extends TraceSummary {
  /** How many of its spans fulfil the condition. */
  readonly matchedCount: number;
  /** The first of them. */
  readonly matched: readonly MatchedSpan[];
}

export interface FoundTraces extends Coverage {
  readonly traces: readonly FoundTrace[];
}

export interface Operation {
  readonly name: string;
  /** SERVER, CLIENT, …; UNSPECIFIED. */
  readonly kind: string;
}

/** Calls from one service to another: of kept traces, and estimated of all. */
export interface Dependency {
  readonly parent: string;
  readonly child: string;
  readonly keptCalls: number;
  readonly keptErrors: number;
  /** Calls by the weights of their traces. One of unknown weight counts once. */
  readonly estimatedCalls: number;
  readonly estimatedErrors: number;
  /** Calls of traces whose weight is unknown. */
  readonly unknownWeight: number;
}

export interface RedQuery {
  readonly window: ReadWindow;
  /** Length of an interval. */
  readonly stepMs: number;
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  /** @default service */
  readonly by?: 'service' | 'operation';
}

/** Requests of a service, or of one of its operations, in an interval: spans of kind SERVER and CONSUMER. */
export interface RedPoint {
  readonly startMs: number;
  readonly service: string;
  /** null: of all operations. */
  readonly operation: string | null;
  readonly keptRequests: number;
  readonly keptErrors: number;
  readonly estimatedRequests: number;
  readonly estimatedErrors: number;
  /** Weighted, of the spans that have one; null: there are none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly unknownWeight: number;
}

/** What a policy has kept. */
export interface PolicyCount {
  readonly policy: string;
  readonly traces: number;
  readonly spans: number;
  readonly errorTraces: number;
  /** How many traces these stand for. One of unknown weight counts once. */
  readonly estimatedTraces: number;
  readonly unknownWeight: number;
}

/** Attribute keys in use. */
export interface Tags {
  readonly span: readonly string[];
  readonly resource: readonly string[];
}

export interface TagValue {
  readonly type: 'string' | 'int' | 'float' | 'bool';
  readonly value: string;
}
