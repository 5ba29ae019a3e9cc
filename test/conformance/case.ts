/** What both sides are given: a configuration, and the spans of some traces as they arrive. */

/** A scalar as it is spelt in YAML. */
export class YamlScalar {
  readonly spelling: string;

  constructor(spelling: string) {
    this.spelling = spelling;
  }
}

/** A value of a configuration, in YAML. A bigint is an int of any size. */
export type ConfigValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | YamlScalar
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };
export type ConfigBlock = { readonly [key: string]: ConfigValue };

/** A policy, or anything nested that looks like one. */
export interface PolicyBlock {
  readonly [key: string]: ConfigValue;
  readonly type: string;
}

export interface TailSampling {
  readonly [key: string]: ConfigValue;
  readonly policies: readonly PolicyBlock[];
}

/** A bigint is an int, a number is a double, null is a value without a type. */
export type AttributeValue = string | boolean | bigint | number | null | Uint8Array | readonly AttributeValue[];
/** Keys may repeat. */
export type Attributes = readonly (readonly [key: string, value: AttributeValue])[];

export interface SpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface CaseSpan {
  /** Position of the export request that brings it. */
  readonly request: number;
  /** The last 8 hex digits of the span ID, as a number. Default: of a span of its own. */
  readonly id?: number;
  /** Positions in the resources of the case and in {@link SCOPES}. Spans of several traces share both. */
  readonly resource: number;
  readonly scope: number;
  readonly isRoot: boolean;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  /** Undefined: the span has no status at all. */
  readonly statusCode: number | undefined;
  readonly flags: number;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}

export interface CaseTrace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly spans: readonly CaseSpan[];
  /** How long nothing happens after its request. Only with `fakeTime`, where each trace has a request of its own. */
  readonly thenWaitMs?: number;
}

export interface Case {
  readonly config: TailSampling;
  readonly resources: readonly Attributes[];
  readonly traces: readonly CaseTrace[];
  /** Time only moves as the traces say. */
  readonly fakeTime?: boolean;
  /** The Collector has its feature gate `usetracestate`, and every `probabilistic` here `use_tracestate`. */
  readonly useTraceState?: boolean;
}

export const SCOPES = ['', 'http', 'db'] as const;
/** Of the scope, and of the resource, at the same position; beyond these there is none. */
export const SCHEMA_URLS = ['', 'https://opentelemetry.io/schemas/1.21.0'] as const;

/** What one side makes of one trace. */
export interface Outcome {
  readonly outcome: string;
  readonly policy: string;
  /** Of the spans by span ID, where they are known and to be compared. */
  readonly traceStates?: ReadonlyMap<string, string>;
}

/** The decisions on the traces of a case by trace ID, or why its configuration is refused. */
export type Answer = ReadonlyMap<string, Outcome> | { readonly refused: string };
