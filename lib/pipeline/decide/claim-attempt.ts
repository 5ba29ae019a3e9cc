import { partitionOf } from '../../archive/layout.ts';
import { archiveLines, LONGEST_LINE_BYTES } from '../../archive/line.ts';
import { earliestStart } from '../../otlp/trace/summary.ts';
import { Trace } from '../../otlp/trace/trace.ts';
import type { Decision } from '../../sampling/evaluate-policies.ts';
import { type BufferedFragment, type Claim, type DecisionRecord, TraceTooLargeError } from '../ports.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { PositionOf } from './hash-lists.ts';
import type { TraceOutcome } from './outcome.ts';

/** A decision record with one claim more, or one replaced, and the lines that are owed once it is on record. */
export interface ClaimAttempt {
  readonly record: DecisionRecord;
  /** The claim, at its {@link position} in the record. It names all its fragments itself, and no lists. */
  readonly claim: Claim;
  readonly position: number;
  readonly lines: readonly Uint8Array[];
  /** Spans of the trace as far as it is known, without duplicates: also those that other claims hold. */
  readonly spanCount: number;
  /** What has happened once it is on record. */
  readonly outcome: TraceOutcome;
}

/** Where and when a trace is claimed. */
export interface ClaimTarget {
  readonly traceId: string;
  /** Its object for the partition of the trace will hold the lines. */
  readonly round: ArchiveRound;
  readonly nowMs: number;
}

/** A trace that is kept, as far as it was read. */
export interface KeptTrace {
  readonly record: DecisionRecord;
  readonly positionOf: PositionOf;
  /** In arrival order. */
  readonly fragments: readonly BufferedFragment[];
}

export function assembleTrace(traceId: string, fragments: readonly BufferedFragment[]): Trace {
  return Trace.fromFragments(
    traceId,
    fragments.map(({ payload }) => payload),
  );
}

export interface EvaluatedTrace {
  /** As the policies have seen it: it is not assembled again for its lines. */
  readonly trace: Trace;
  /** What it was assembled from, in this order. */
  readonly fragments: readonly BufferedFragment[];
  readonly decision: Decision;
  /** As in `Sampled`. */
  readonly isFirstLook: boolean;
  /** Of the record that is there: 0 if there is none, else that of a note. */
  readonly previousVersion: number;
}

/** The first claim of a trace, on all its fragments. */
export function claimFirst(
  { trace, fragments, decision, isFirstLook, previousVersion }: EvaluatedTrace,
  target: ClaimTarget,
): ClaimAttempt {
  const { policy, adjustedCount, threshold } = decision;
  const startMs = Number(earliestStart(trace) / 1_000_000n);
  const partition = partitionOf(startMs, fragments[0]?.receivedAtMs ?? target.nowMs);
  const kept = { policy, adjustedCount, ...(threshold !== undefined && { threshold }), partition };
  const record = { ...kept, claims: [], version: previousVersion };
  const attempt = attemptClaim({ record, trace, writtenCount: 0, fragments, position: 0 }, target);
  if (attempt === undefined) throw new Error('a sampled trace has no spans to write');
  const votes = decision.votes.filter(({ vote }) => vote === 'sampled').map((each) => each.policy);
  return { ...attempt, outcome: { kind: 'sampled', isFirstLook, policy, votes, spanCount: attempt.spanCount } };
}

/**
 * Claims all fragments that were read and that no claim holds, after their trace was kept. `undefined` when there is nothing to
 * write, because each of their spans is in another fragment that was read and is claimed.
 * @param folded the record; its committed claims may be folded into one
 */
export function claimLate(
  { positionOf, fragments }: KeptTrace,
  folded: DecisionRecord,
  target: ClaimTarget,
): ClaimAttempt | undefined {
  const late = fragments.filter(({ hash }) => positionOf(hash) < 0);
  const written = fragments.filter(({ hash }) => positionOf(hash) >= 0);
  const trace = assembleTrace(target.traceId, [...written, ...late]);
  const position = folded.claims.length;
  const attempt = attemptClaim(
    { record: folded, trace, writtenCount: written.length, fragments: late, position },
    target,
  );
  const decidedAtMs = folded.claims[0]?.claimedAtMs ?? 0;
  const ages = late.map(({ spanCount, receivedAtMs }) => ({
    spanCount,
    ageMs: Math.max(0, receivedAtMs - decidedAtMs),
  }));
  return attempt && { ...attempt, outcome: { kind: 'late', fragments: ages } };
}

/**
 * Claims in this round what a fenced claim of the record holds. Where that is the first claim of the trace, it also takes in
 * all fragments that no claim holds. `undefined` as in {@link claimLate}.
 * @param trace read whole
 * @param position of the fenced claim
 */
export function takeOver(trace: KeptTrace, position: number, target: ClaimTarget): ClaimAttempt | undefined {
  const attempt = claimAgain(trace, position, target);
  return attempt && { ...attempt, outcome: { kind: 'taken_over' } };
}

/**
 * The first claim of a trace with the fragments that arrived while it was being recorded. `undefined` when every fragment is
 * in a claim: then nothing is indexed again.
 * @param trace read whole
 */
export function takeInMissed(first: ClaimAttempt, trace: KeptTrace, target: ClaimTarget): ClaimAttempt | undefined {
  if (trace.fragments.every(({ hash }) => trace.positionOf(hash) >= 0)) return undefined;
  const attempt = claimAgain(trace, 0, target);
  return attempt && { ...attempt, outcome: { kind: 'extended', addedSpans: attempt.spanCount - first.spanCount } };
}

/**
 * Whether a claim is on record although writing it was answered with a conflict: a record whose answer was lost and that the
 * client sent again conflicts with itself.
 * @param claim as it was to be stored
 */
export function isRecorded(claim: Claim | undefined, stored: DecisionRecord | undefined): boolean {
  const isSame = (other: Claim) =>
    other.key === claim?.key &&
    other.fragments.join() === claim.fragments.join() &&
    other.lists?.join() === claim.lists?.join();
  return stored?.claims.some(isSame) ?? false;
}

type Attempt = Omit<ClaimAttempt, 'outcome'>;

/** The same claim under the key of this round. The first claim of a trace takes in all fragments that no claim holds. */
function claimAgain({ record, positionOf, fragments }: KeptTrace, position: number, target: ClaimTarget) {
  // A span that is in several claims is written by the first of them. Later ones may have counted on this one.
  const isEarlier = (at: number) => at >= 0 && at < position;
  const written = fragments.filter(({ hash }) => isEarlier(positionOf(hash)));
  const claimed = fragments.filter(({ hash }) => {
    const at = positionOf(hash);
    return at === position || (at < 0 && position === 0);
  });
  const trace = assembleTrace(target.traceId, [...written, ...claimed]);
  return attemptClaim({ record, trace, writtenCount: written.length, fragments: claimed, position }, target);
}

interface ClaimRequest {
  readonly record: DecisionRecord;
  /** The trace of the fragments that other claims hold, then of those to claim. */
  readonly trace: Trace;
  /** How many of its fragments other claims hold: their spans are not written again. */
  readonly writtenCount: number;
  /** What to claim. */
  readonly fragments: readonly BufferedFragment[];
  /** Position among the record's claims: an existing one is replaced. */
  readonly position: number;
}

function attemptClaim(request: ClaimRequest, { round, nowMs }: ClaimTarget): Attempt | undefined {
  const { record, trace, writtenCount, fragments, position } = request;
  const key = round.keyFor(record.partition);
  const firstSeq = record.claims[position]?.firstSeq ?? nextSeq(record);
  const columns = {
    policy: record.policy,
    adjustedCount: record.adjustedCount,
    threshold: record.threshold,
    decidedAtMs: nowMs,
    firstSeq,
    skipFragments: writtenCount,
  };
  const lines = archiveLines(trace, columns, round.lineWriter);
  if (lines.length === 0) return undefined;
  assertReadable(trace.traceId, lines, record);
  const hashes = fragments.map(({ hash }) => hash);
  const claim: Claim = { key, fragments: hashes, claimedAtMs: nowMs, firstSeq, lineCount: lines.length };
  const claims = [...record.claims];
  claims[position] = claim;
  return {
    record: { ...record, claims, version: record.version + 1 },
    claim,
    position,
    lines,
    spanCount: trace.spanCount,
  };
}

/** One longer line makes every reader of the archive refuse the whole object. Only a span of many megabytes has one. */
function assertReadable(traceId: string, lines: readonly Uint8Array[], record: DecisionRecord): void {
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (longest <= LONGEST_LINE_BYTES) return;
  throw new TraceTooLargeError(
    `trace ${traceId} has a span, with its resource, of ${longest} bytes in JSON: more than ${LONGEST_LINE_BYTES} cannot be queried`,
    record.claims.length === 0 ? undefined : record,
  );
}

function nextSeq({ claims }: DecisionRecord): number {
  return Math.max(0, ...claims.map((claim) => claim.firstSeq + claim.lineCount));
}
