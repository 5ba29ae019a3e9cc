import type { BufferedFragment } from '../ports.ts';

/** What one batch of wake-ups came to. Counts, unless said otherwise; those of an invocation that was killed are lost. */
export interface DecideSummary {
  wakeUps: number;
  /** How far behind the oldest wake-up is, in milliseconds: a lag that grows means that decisions do not keep up. */
  maxLagMs: number;
  /** From the begin of the batch to its end, in milliseconds. */
  durationMs: number;
  /** Wake-ups that came before their time and were sent on. */
  hops: number;
  /** Traces looked at. */
  traces: number;
  /** Traces whose earliest fragment this batch settled: each trace is received once. */
  received: number;
  /** Traces newly decided as sampled. */
  sampled: number;
  /** The same, by the policy that got the credit. */
  byPolicy: Record<string, number>;
  /** Sampled traces by each policy that voted for them; a trace may have several votes. */
  votes: Record<string, number>;
  /** Spans of the traces newly decided as sampled, duplicates left out. */
  sampledSpans: number;
  /** Traces that were received and are not sampled, as of now: a later wake-up may see more of them. */
  notSampled: number;
  /** Traces that were received and that a drop policy refused. */
  dropped: number;
  /** Traces sampled after an earlier look had not sampled them. Can also be a trace whose looks came out of order. */
  rescued: number;
  /** Fragments of already kept traces, written after them. */
  lateFragments: number;
  /** The spans in them. */
  lateSpans: number;
  /** From the decision to the arrival of each, in milliseconds: of the first {@link MAX_REPORTED_AGES}. */
  lateAgesMs: number[];
  /** Claims of dead owners that were fenced. */
  fenced: number;
  /** Archive objects created. */
  objects: number;
  /** Bytes of their lines, before compression. */
  archivedBytes: number;
  /** Fragments handed on to a continuation. */
  continued: number;
  /** Fragments that there was no time to look at, sent on at once. */
  deferred: number;
  /** Fragments set aside after the last attempt. */
  deadLettered: number;
  /** Policies that could not be evaluated, by message. */
  policyErrors: Record<string, number>;
  /** How often something went wrong with a trace, or with a message to be sent. */
  failed: number;
  /** What it was: at most {@link MAX_REPORTED_FAILURES} of them. */
  failures: { readonly traceId: string; readonly message: string }[];
}

const MAX_REPORTED_FAILURES = 10;
/** Enough to tell how they are spread. */
const MAX_REPORTED_AGES = 99;

export function emptySummary(): DecideSummary {
  return {
    wakeUps: 0,
    maxLagMs: 0,
    durationMs: 0,
    hops: 0,
    traces: 0,
    received: 0,
    sampled: 0,
    byPolicy: {},
    votes: {},
    sampledSpans: 0,
    notSampled: 0,
    dropped: 0,
    rescued: 0,
    lateFragments: 0,
    lateSpans: 0,
    lateAgesMs: [],
    fenced: 0,
    objects: 0,
    archivedBytes: 0,
    continued: 0,
    deferred: 0,
    deadLettered: 0,
    policyErrors: {},
    failed: 0,
    failures: [],
  };
}

export function addFailure(summary: DecideSummary, traceId: string, error: unknown): void {
  summary.failed++;
  if (summary.failures.length < MAX_REPORTED_FAILURES) {
    summary.failures.push({ traceId, message: error instanceof Error ? error.message : String(error) });
  }
}

/** @param decidedAtMs when the trace was sampled; spans that were under way at that moment have the age 0 */
export function addLate(
  summary: DecideSummary,
  fragments: readonly Pick<BufferedFragment, 'spanCount' | 'receivedAtMs'>[],
  decidedAtMs: number,
): void {
  summary.lateFragments += fragments.length;
  for (const { spanCount, receivedAtMs } of fragments) {
    summary.lateSpans += spanCount;
    if (summary.lateAgesMs.length < MAX_REPORTED_AGES) summary.lateAgesMs.push(Math.max(0, receivedAtMs - decidedAtMs));
  }
}

export function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
