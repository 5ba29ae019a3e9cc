import { partitionOf } from '../../archive/layout.ts';
import { archiveLines } from '../../archive/line.ts';
import { earliestStart } from '../../otlp/trace/summary.ts';
import { Trace } from '../../otlp/trace/trace.ts';
import type { Decision } from '../../sampling/evaluate-policies.ts';
import type { BufferedFragment, BufferedTrace, Claim, DecisionRecord } from '../ports.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { TraceOutcome } from './outcome.ts';

/** A decision record with one claim more, or one replaced, and the lines that are owed once it is on record. */
export interface ClaimAttempt {
  readonly record: DecisionRecord;
  readonly claim: Claim;
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
}

/** The first claim of a trace, on all its fragments. */
export function claimFirst(
  { trace, fragments, decision, isFirstLook }: EvaluatedTrace,
  target: ClaimTarget,
): ClaimAttempt {
  const { policy, adjustedCount, threshold } = decision;
  const startMs = Number(earliestStart(trace) / 1_000_000n);
  const partition = partitionOf(startMs, fragments[0]?.receivedAtMs ?? target.nowMs);
  const kept = { policy, adjustedCount, ...(threshold !== undefined && { threshold }), partition };
  const record = { ...kept, claims: [], version: 0 };
  const attempt = attemptClaim({ record, trace, writtenCount: 0, fragments, position: 0 }, target);
  if (attempt === undefined) throw new Error('a sampled trace has no spans to write');
  const votes = decision.votes.filter(({ vote }) => vote === 'sampled').map((each) => each.policy);
  return { ...attempt, outcome: { kind: 'sampled', isFirstLook, policy, votes, spanCount: attempt.spanCount } };
}

/**
 * Claims all fragments that no claim holds, after their trace was kept. `undefined` when there is nothing to write, because
 * each of their spans is in another claim.
 * @param record may have its committed claims folded into one
 */
export function claimLate(
  fragments: readonly BufferedFragment[],
  record: DecisionRecord,
  target: ClaimTarget,
): ClaimAttempt | undefined {
  const claimed = claimedHashes(record.claims);
  const late = fragments.filter(({ hash }) => !claimed.has(hash));
  const written = fragments.filter(({ hash }) => claimed.has(hash));
  const trace = assembleTrace(target.traceId, [...written, ...late]);
  const position = record.claims.length;
  const attempt = attemptClaim({ record, trace, writtenCount: written.length, fragments: late, position }, target);
  const decidedAtMs = record.claims[0]?.claimedAtMs ?? 0;
  const ages = late.map(({ spanCount, receivedAtMs }) => ({
    spanCount,
    ageMs: Math.max(0, receivedAtMs - decidedAtMs),
  }));
  return attempt && { ...attempt, outcome: { kind: 'late', fragments: ages } };
}

/**
 * Claims in this round what a fenced claim of the record holds. Where that is the first claim of the trace, it also takes in
 * all fragments that no claim holds. `undefined` as in {@link claimLate}.
 */
export function takeOver(
  fragments: readonly BufferedFragment[],
  record: DecisionRecord,
  fenced: Claim,
  target: ClaimTarget,
): ClaimAttempt | undefined {
  const attempt = claimAgain(fragments, record, fenced, target);
  return attempt && { ...attempt, outcome: { kind: 'taken_over' } };
}

/**
 * The first claim of a trace with the fragments that arrived while it was being recorded. `undefined` when every fragment is
 * in a claim: then nothing is indexed again.
 */
export function takeInMissed(
  first: ClaimAttempt,
  { decision, fragments }: BufferedTrace,
  target: ClaimTarget,
): ClaimAttempt | undefined {
  const claim = decision?.claims[0];
  if (decision === undefined || claim === undefined) return undefined;
  const claimed = claimedHashes(decision.claims);
  if (fragments.every(({ hash }) => claimed.has(hash))) return undefined;
  const attempt = claimAgain(fragments, decision, claim, target);
  return attempt && { ...attempt, outcome: { kind: 'extended', addedSpans: attempt.spanCount - first.spanCount } };
}

/**
 * Whether an attempt is on record although writing it was answered with a conflict: an attempt whose answer was lost and that
 * the client sent again conflicts with itself.
 */
export function isRecorded({ claim }: ClaimAttempt, stored: DecisionRecord | undefined): boolean {
  const isSame = (other: Claim) => other.key === claim.key && other.fragments.join() === claim.fragments.join();
  return stored?.claims.some(isSame) ?? false;
}

type Attempt = Omit<ClaimAttempt, 'outcome'>;

/** The same claim under the key of this round. The first claim of a trace takes in all fragments that no claim holds. */
function claimAgain(
  fragments: readonly BufferedFragment[],
  record: DecisionRecord,
  claim: Claim,
  target: ClaimTarget,
): Attempt | undefined {
  const position = record.claims.indexOf(claim);
  const others = claimedHashes(record.claims.filter((other) => other !== claim));
  // A span that is in several claims is written by the first of them. Later ones may have counted on this one.
  const earlier = claimedHashes(record.claims.slice(0, position));
  const own = new Set(claim.fragments);
  const written = fragments.filter(({ hash }) => earlier.has(hash));
  const claimed = fragments.filter(({ hash }) => !others.has(hash) && (own.has(hash) || position === 0));
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
  const lines = archiveLines(trace, {
    policy: record.policy,
    adjustedCount: record.adjustedCount,
    threshold: record.threshold,
    decidedAtMs: nowMs,
    firstSeq,
    skipFragments: writtenCount,
  });
  if (lines.length === 0) return undefined;
  const hashes = fragments.map(({ hash }) => hash);
  const claim: Claim = { key, fragments: hashes, claimedAtMs: nowMs, firstSeq, lineCount: lines.length };
  const claims = [...record.claims];
  claims[position] = claim;
  return { record: { ...record, claims, version: record.version + 1 }, claim, lines, spanCount: trace.spanCount };
}

function claimedHashes(claims: readonly Claim[]): ReadonlySet<string> {
  return new Set(claims.flatMap((claim) => claim.fragments));
}

function nextSeq({ claims }: DecisionRecord): number {
  return Math.max(0, ...claims.map((claim) => claim.firstSeq + claim.lineCount));
}
