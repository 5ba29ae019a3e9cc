import type { WakeUp } from '../ports.ts';
import type { SlowEvaluation } from './evaluation-time.ts';
import type { SettledTrace, TraceOutcome } from './outcome.ts';
import type { Requeued } from './requeue.ts';

/**
 * What one batch of wake-ups came to: the fields of the log line `decision batch`, and the source of the metrics. Counts,
 * unless said otherwise. Those of an invocation that was killed are lost.
 */
export interface DecideSummary {
  readonly wakeUps: number;
  /** How far behind the oldest wake-up is, in milliseconds. If it grows, decisions do not keep up. */
  readonly maxLagMs: number;
  /** From the beginning of the batch to its end, in milliseconds. */
  readonly durationMs: number;
  /** Wake-ups that came early and were sent again. */
  readonly hops: number;
  /** Traces examined. */
  readonly traces: number;
  /** Traces whose earliest fragment this batch settled: each trace is received once. */
  readonly received: number;
  /** Traces newly decided as sampled. */
  readonly sampled: number;
  /** The same, by the policy that got the credit. */
  readonly byPolicy: Readonly<Record<string, number>>;
  /** Sampled traces by each policy that voted for them; a trace may have several votes. */
  readonly votes: Readonly<Record<string, number>>;
  /** Spans of the traces newly decided as sampled, without duplicates. */
  readonly sampledSpans: number;
  /** Traces that were received and are not sampled so far: a later wake-up may see more of them. */
  readonly notSampled: number;
  /** Traces that were received and that a drop policy refused. */
  readonly dropped: number;
  /** Traces sampled by another wake-up than that of their earliest fragment: usually, after that one had not sampled them. */
  readonly rescued: number;
  /** Fragments of traces that were kept before, written after them. */
  readonly lateFragments: number;
  /** The spans in them. */
  readonly lateSpans: number;
  /** From the decision to the arrival of each, in milliseconds: of the first {@link MAX_REPORTED_AGES}. */
  readonly lateAgesMs: readonly number[];
  /** Claims of dead owners that were fenced and taken over. */
  readonly fenced: number;
  /** Archive objects created. */
  readonly objects: number;
  /** Bytes of their lines, before compression. */
  readonly archivedBytes: number;
  /** Fragments that could not be settled and were sent again in a continuation. */
  readonly continued: number;
  /** Fragments that the batch ran out of time for, sent again at once. */
  readonly deferred: number;
  /** Fragments set aside: after their last attempt, because their trace is too large, or because they have expired. */
  readonly deadLettered: number;
  /** Those of them that left the buffer before they were decided. */
  readonly expired: number;
  /** The dead letters that were sent, of the first {@link MAX_REPORTED_LETTERS}. */
  readonly deadLetters: readonly DeadLetterReport[];
  /**
   * Policies that could not be evaluated, by `<policy>: <message>`; from the {@link MAX_REPORTED_ERRORS}th message on, by
   * `<policy>: other errors`.
   */
  readonly policyErrors: Readonly<Record<string, number>>;
  /** Evaluations that took long (`SLOW_EVALUATION_MS`). */
  readonly slow: number;
  /** The first {@link MAX_REPORTED_LETTERS} of them. */
  readonly slowEvaluations: readonly SlowEvaluation[];
  /** How often settling a trace, or sending a message, failed. */
  readonly failed: number;
  /** How it failed, of the first {@link MAX_REPORTED_FAILURES}. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** Empty when it is about no single trace. */
  readonly traceId: string;
  readonly message: string;
}

/** A dead letter, for the log: it names every fragment itself. */
export interface DeadLetterReport {
  /** The first {@link MAX_REPORTED_TRACES}. */
  readonly traceIds: readonly string[];
  readonly fragments: number;
  readonly reason: string;
}

const MAX_REPORTED_LETTERS = 10;
const MAX_REPORTED_TRACES = 100;
const MAX_REPORTED_FAILURES = 10;
/** A message may quote the trace: without a limit, senders would choose how long a line of the log gets. */
const MAX_REPORTED_ERRORS = 20;
/** As many as a log event can carry to CloudWatch of one metric; enough to show how they are distributed. */
const MAX_REPORTED_AGES = 99;

/** Everything that happened in a batch. */
export interface BatchOutcome {
  readonly wakeUpCount: number;
  /** As {@link DecideSummary.maxLagMs}. */
  readonly maxLagMs: number;
  /** As {@link DecideSummary.durationMs}. */
  readonly durationMs: number;
  /** Different traces that were examined. */
  readonly traceCount: number;
  /** One entry for each time that a trace was examined. */
  readonly settled: readonly SettledTrace[];
  /** Bytes of the lines of each archive object that was created. */
  readonly objectBytes: readonly number[];
  readonly requeued: readonly Requeued[];
  readonly slowEvaluations: readonly SlowEvaluation[];
}

/** Adds up what happened in a batch. */
export function tally(batch: BatchOutcome): DecideSummary {
  const { settled, objectBytes, requeued } = batch;
  const outcomes = settled.flatMap((trace) => trace.outcomes);
  const sampled = ofKind(outcomes, 'sampled');
  const late = ofKind(outcomes, 'late').flatMap(({ fragments }) => fragments);
  const failures = [
    ...settled.flatMap(({ traceId, outcomes }) =>
      ofKind(outcomes, 'failed').map(({ message }) => ({ traceId, message })),
    ),
    ...requeued.map(({ failure }) => failure).filter((failure) => failure !== undefined),
  ];
  const sentAs = (kind: Requeued['kind']) => sum(requeued.map((each) => (each.kind === kind ? each.sentCount : 0)));
  return {
    wakeUps: batch.wakeUpCount,
    maxLagMs: batch.maxLagMs,
    durationMs: batch.durationMs,
    hops: sentAs('early'),
    traces: batch.traceCount,
    received: settled.filter((trace) => trace.outcomes.some(isReceipt)).length,
    sampled: sampled.length,
    byPolicy: countEach(sampled.map(({ policy }) => policy)),
    votes: countEach(sampled.flatMap(({ votes }) => votes)),
    sampledSpans:
      sum(sampled.map(({ spanCount }) => spanCount)) +
      sum(ofKind(outcomes, 'extended').map(({ addedSpans }) => addedSpans)),
    notSampled: ofKind(outcomes, 'not_sampled').filter(({ isFirstLook }) => isFirstLook).length,
    dropped: ofKind(outcomes, 'dropped').filter(({ isFirstLook }) => isFirstLook).length,
    rescued: sampled.filter(({ isFirstLook }) => !isFirstLook).length,
    lateFragments: late.length,
    lateSpans: sum(late.map(({ spanCount }) => spanCount)),
    lateAgesMs: late.slice(0, MAX_REPORTED_AGES).map(({ ageMs }) => ageMs),
    fenced: ofKind(outcomes, 'taken_over').length,
    objects: objectBytes.length,
    archivedBytes: sum(objectBytes),
    continued: sentAs('continued'),
    deferred: sentAs('deferred'),
    deadLettered: sentAs('dead_lettered') + sentAs('expired'),
    expired: sentAs('expired'),
    deadLetters: requeued
      .flatMap(({ deadLetters = [] }) => deadLetters)
      .slice(0, MAX_REPORTED_LETTERS)
      .map(reportOf),
    policyErrors: countErrors(ofKind(outcomes, 'policy_failed')),
    slow: batch.slowEvaluations.length,
    slowEvaluations: batch.slowEvaluations.slice(0, MAX_REPORTED_LETTERS),
    failed: failures.length,
    failures: failures.slice(0, MAX_REPORTED_FAILURES),
  };
}

/** Whether this is where the trace is counted: the wake-up of its earliest fragment has been settled. */
function isReceipt(outcome: TraceOutcome): boolean {
  return outcome.kind === 'found_committed' || ('isFirstLook' in outcome && outcome.isFirstLook);
}

function reportOf({ fragments, reason = '' }: WakeUp): DeadLetterReport {
  const traceIds = [...new Set(fragments.map(({ traceId }) => traceId))].slice(0, MAX_REPORTED_TRACES);
  return { traceIds, fragments: fragments.length, reason };
}

function ofKind<Kind extends TraceOutcome['kind']>(outcomes: readonly TraceOutcome[], kind: Kind) {
  return outcomes.filter((outcome): outcome is TraceOutcome & { readonly kind: Kind } => outcome.kind === kind);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function countErrors(errors: readonly { readonly policy: string; readonly message: string }[]) {
  const messages = errors.map(({ policy, message }) => `${policy}: ${message}`);
  const reported = new Set([...new Set(messages)].slice(0, MAX_REPORTED_ERRORS));
  return countEach(
    messages.map((message, i) => (reported.has(message) ? message : `${errors[i]?.policy}: other errors`)),
  );
}

function countEach(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
