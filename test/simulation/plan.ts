import fc from 'fast-check';
import { type PlannedDictionaries, type PlannedPublication, plannedDictionaries } from './dictionaries.ts';
import { type PlannedCompression, type PlannedEncoding, plannedEncoding } from './encodings.ts';
import { CALLS, type CallName, type Fault, faultsOf } from './faults.ts';
import { POLICY_NAMES, type PolicyName, TURNING_OFF } from './policies.ts';
import { type PlannedLimits, plannedLimits } from './small-limits.ts';
import { TENANTS } from './tenants.ts';

/**
 * A history before it happens: everything that is chosen. The same plan makes the same history. It consists of lists, so that
 * fast-check can leave out of a failing one what it does not need.
 */
export interface Plan {
  /** Of everything that is not chosen here: how long calls take, which of the waiting messages comes next. */
  readonly seed: number;
  readonly policies: PolicyName;
  /** Policies that replace those before them. */
  readonly deploys: readonly { readonly atMs: number; readonly policies: PolicyName }[];
  /** Where dictionaries are used. */
  readonly publications: readonly PlannedPublication[];
  /** Tenants are switched on where there were none, or off. */
  readonly tenantSwitches: readonly { readonly atMs: number }[];
  readonly traces: readonly PlannedTrace[];
  readonly requests: readonly PlannedRequest[];
  readonly faults: readonly Fault[];
  /** An operator restores traces, which the policies may not keep: each by its index among those that have been sent by then. */
  readonly restores: readonly { readonly atMs: number; readonly trace: number }[];
  /** Number of a trace that kills each process that evaluates it; undefined: none does. */
  readonly deadly?: number | undefined;
  /** The queue delivers nothing for a while. */
  readonly stalls: readonly { readonly atMs: number; readonly forMs: number }[];
  readonly settings: Settings;
}

export interface PlannedTrace {
  readonly spans: readonly PlannedSpan[];
}

export interface PlannedSpan {
  readonly isRoot: boolean;
  readonly hasError: boolean;
  readonly isSlow: boolean;
  readonly tag: 'plain' | 'keep' | 'probe';
  readonly service: 'shop' | 'jobs';
  /** Too large for an item of the table. */
  readonly isBig: boolean;
}

/** A copy of a span. Copies of the same number are equal byte for byte; 1 differs from 0, and 2 is not finished. */
export interface SpanCopy {
  /** Index among the traces of the plan, and then among its spans; both are taken modulo their number. */
  readonly trace: number;
  readonly span: number;
  readonly copy: 0 | 1 | 2;
}

export interface PlannedRequest extends PlannedEncoding {
  readonly atMs: number;
  /** Which of the two tenants sends it, if there are tenants. */
  readonly tenant: 0 | 1;
  readonly spans: readonly SpanCopy[];
  /** Attempts before the exporter gives up. */
  readonly tries: number;
  /** How the next attempt differs: not at all, in two requests, or with copies that differ. */
  readonly retry: 'same' | 'split' | 'changed';
}

export interface Settings extends PlannedCompression {
  readonly engine: 'aws' | 'sqlite';
  readonly decisionWaitMs: number;
  readonly rootWait: boolean;
  /** At the beginning. */
  readonly hasTenants: boolean;
  /** Every trace is treated as a large one. */
  readonly isLarge: boolean;
  readonly limits: PlannedLimits;
  readonly dictionaries: PlannedDictionaries;
  /**
   * When the owner of a claim counts as dead. Where that is soon, the owners are still at work: nothing may be lost, nor doubled,
   * all the same.
   */
  readonly claimTimeoutMs: number;
  readonly continuationDelayMs: number;
  readonly maxAttempts: number;
  /** Traces that an invocation examines at once. */
  readonly concurrency: number;
  /** Few bytes: an invocation writes many objects. */
  readonly maxRoundBytes: number;
  /** Invocations of decide at the same time, and of ingest. */
  readonly instances: number;
  readonly maxBatch: number;
  /** Lambda kills an invocation of decide that takes longer. */
  readonly functionTimeoutMs: number;
  readonly latency: 'even' | 'uneven' | 'wild';
  /** How far clocks are from the true time, at most. */
  readonly skewMs: number;
  readonly visibilityTimeoutMs: number;
  readonly bufferTtlMs: number;
  readonly deletesAfterMs: number;
  /** Items that DynamoDB puts on a page of an answer. */
  readonly pageItems: number;
}

const HOUR_MS = 3_600_000;
const SQLITE_ONE_IN = 40;

/** Moments at which something happens: together with others, around the time of a decision, or long after it. */
const momentMs = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 4_000, max: 13_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 13_000, max: 150_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 150_000, max: HOUR_MS }) },
);

const rarely = (weight: number) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(false) }, { weight, arbitrary: fc.constant(true) });

const plannedSpan: fc.Arbitrary<PlannedSpan> = fc.record({
  isRoot: rarely(3),
  hasError: rarely(3),
  isSlow: rarely(2),
  tag: fc.constantFrom('plain', 'plain', 'keep', 'probe'),
  service: fc.constantFrom('shop', 'shop', 'jobs'),
  isBig: fc.nat(79).map((one) => one === 79),
});

const plannedRequest: fc.Arbitrary<PlannedRequest> = fc.record({
  ...plannedEncoding,
  atMs: momentMs,
  tenant: fc.constantFrom(0, 1),
  spans: fc.array(
    fc.record({
      trace: fc.nat(2),
      span: fc.nat(3),
      copy: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2),
    }),
    { minLength: 1, maxLength: 4, size: 'max' },
  ),
  tries: fc.integer({ min: 1, max: 4 }),
  retry: fc.constantFrom('same', 'same', 'split', 'changed'),
});

/** Those on which the promises hang are hit more often. */
const FAULTY_CALLS: readonly CallName[] = [
  ...CALLS,
  ...([
    'record',
    'record',
    'record',
    'create',
    'create',
    'read',
    'read',
    'read',
    'send',
    'append',
    'inspect',
    'fence',
  ] as const),
];

const fault: fc.Arbitrary<Fault> = fc.constantFrom(...FAULTY_CALLS).chain((call) =>
  fc.record({
    call: fc.constant(call),
    // Most calls of a history are among the first of their name.
    nth: fc.oneof(fc.constant(0), fc.nat(2), fc.nat(8)),
    fault: fc.constantFrom(...faultsOf(call)),
    ms: fc.oneof(
      fc.integer({ min: 1, max: 6_000 }),
      fc.integer({ min: 2_000, max: 30_000 }),
      fc.integer({ min: 30_000, max: 300_000 }),
    ),
    outageMs: fc.constantFrom(0, 0, 0, 8_000),
  }),
);

const plannedTrace: fc.Arbitrary<PlannedTrace> = fc.record({ spans: listOf(plannedSpan, 1, 4) });

/** Of any length in between, as likely as any other. */
function listOf<Element>(
  element: fc.Arbitrary<Element>,
  minLength: number,
  maxLength: number,
): fc.Arbitrary<Element[]> {
  return fc.array(element, { minLength, maxLength, size: 'max' });
}

const settings: fc.Arbitrary<Settings> = fc.record({
  // SQLite takes much more time, and the protocol is the same.
  engine: fc.nat(SQLITE_ONE_IN - 1).map((one) => (one === SQLITE_ONE_IN - 1 ? 'sqlite' : 'aws')),
  // The last one takes more than one message to wait for.
  decisionWaitMs: fc.constantFrom(0, 0, 0, 1_000, 1_000, 1_000, 10_000, 10_000, 1_000_000),
  rootWait: rarely(2),
  hasTenants: rarely(1),
  isGzip: rarely(1),
  isLarge: rarely(4),
  limits: plannedLimits,
  dictionaries: plannedDictionaries,
  claimTimeoutMs: fc.constantFrom(90_000, 5_000, 300),
  continuationDelayMs: fc.constantFrom(30_000, 1_000),
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  concurrency: fc.constantFrom(1, 2, 16),
  maxRoundBytes: fc.constantFrom(8 * 1024 * 1024, 8 * 1024 * 1024, 1),
  instances: fc.integer({ min: 1, max: 4 }),
  maxBatch: fc.constantFrom(1, 2, 10),
  functionTimeoutMs: fc.constantFrom(60_000, 60_000, 6_000),
  latency: fc.constantFrom('even', 'uneven', 'wild'),
  skewMs: fc.constantFrom(0, 400, 5_000),
  visibilityTimeoutMs: fc.constantFrom(5_000, 70_000, 360_000),
  bufferTtlMs: fc.constantFrom(24 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS, 120_000),
  deletesAfterMs: fc.constantFrom(0, 600_000, Number.MAX_SAFE_INTEGER),
  pageItems: fc.constantFrom(1_000, 1_000, 2),
});

const anyPlan = {
  seed: fc.noShrink(fc.nat(2 ** 31 - 1)),
  policies: fc.oneof(
    fc.constantFrom<PolicyName[]>('errors', 'all', 'any', 'tagged', 'slow'),
    fc.constantFrom(...POLICY_NAMES),
    fc.constantFrom<PolicyName[]>(...TURNING_OFF, 'few', 'few', 'few', 'healthy', 'healthy', 'not probed'),
  ),
  deploys: fc.array(fc.record({ atMs: momentMs, policies: fc.constantFrom(...POLICY_NAMES) }), { maxLength: 1 }),
  publications: fc.array(
    fc.record({
      atMs: momentMs,
      dictionary: fc.constantFrom(0, 1),
      tenant: fc.constantFrom(undefined, undefined, ...TENANTS),
    }),
    { maxLength: 2 },
  ),
  tenantSwitches: fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: listOf(fc.record({ atMs: momentMs }), 1, 1) },
  ),
  traces: fc.oneof(listOf(plannedTrace, 1, 1), listOf(plannedTrace, 1, 3)),
  requests: fc.oneof(
    { weight: 2, arbitrary: listOf(plannedRequest, 1, 8) },
    { weight: 2, arbitrary: listOf(plannedRequest, 2, 4) },
    { weight: 2, arbitrary: listOf(plannedRequest, 6, 10) },
  ),
  faults: fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 9, arbitrary: listOf(fault, 1, 14) }),
  restores: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: listOf(fc.record({ atMs: momentMs, trace: fc.nat(3) }), 1, 3),
    },
  ),
  deadly: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(2) }),
  stalls: fc.array(fc.record({ atMs: momentMs, forMs: fc.integer({ min: 60_000, max: 600_000 }) }), { maxLength: 1 }),
  settings,
};

/**
 * Plans in which policies are replaced while a large trace waits, each span of which comes alone: what the old ones and the new ones look
 * for is in other spans. Among all other plans this is rare.
 */
const replacedPlan = {
  ...anyPlan,
  policies: fc.constantFrom<PolicyName[]>('errors', 'tagged'),
  deploys: fc.tuple(
    fc.record({
      atMs: fc.integer({ min: 500, max: 3_000 }),
      policies: fc.constantFrom<PolicyName[]>('errors', 'tagged'),
    }),
  ),
  traces: listOf(fc.record({ spans: listOf(plannedSpan, 4, 4) }), 1, 1),
  requests: listOf(
    fc.tuple(plannedRequest, fc.integer({ min: 0, max: 4_000 }), fc.nat(3)).map(([request, atMs, span]) => ({
      ...request,
      atMs,
      spans: [{ trace: 0, span, copy: 0 as const }],
    })),
    4,
    8,
  ),
  faults: fc.oneof(fc.constant([]), listOf(fault, 1, 4)),
  deadly: fc.constant(undefined),
  stalls: fc.constant([]),
  settings: settings.map((one) => ({ ...one, isLarge: true, decisionWaitMs: 0, bufferTtlMs: 24 * HOUR_MS })),
};

export const planArbitrary: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 9, arbitrary: fc.record(anyPlan) },
  { weight: 1, arbitrary: fc.record(replacedPlan) },
);

/** Whether it is the trace that kills. The IDs of traces begin with their number (`spans.ts`). */
export function isDeadlyIn({ deadly }: Plan, traceId: string): boolean {
  return deadly !== undefined && traceId.startsWith(`a${deadly}`);
}

/** The plan of a seed. */
export function planOf(seed: number): Plan {
  const [plan] = fc.sample(planArbitrary, { seed, numRuns: 1, unbiased: true });
  if (plan === undefined) throw new Error('fast-check made no plan');
  return plan;
}
