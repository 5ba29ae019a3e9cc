import { archiveLines } from '../archive/line.ts';
import { Trace } from '../otlp/trace/trace.ts';
import type { BufferedFragment, Claim, DecisionRecord } from './ports.ts';

/** A decision record with one claim more, or one replaced, and the lines that are owed once it is on record. */
export interface ClaimAttempt {
  readonly record: DecisionRecord;
  readonly claim: Claim;
  readonly lines: readonly Uint8Array[];
  /** Spans of the trace as far as it is known, duplicates left out: those that other claims hold as well. */
  readonly spanCount: number;
}

export interface ClaimRequest {
  readonly traceId: string;
  /** The record as stored; with version 0 and no claims where there is none yet. */
  readonly record: DecisionRecord;
  /** Fragments that other claims hold. Their spans are not written again. */
  readonly written: readonly BufferedFragment[];
  /** What to claim. */
  readonly fragments: readonly BufferedFragment[];
  /** Position among the record's claims: an existing one is replaced. */
  readonly position: number;
  readonly key: string;
  readonly nowMs: number;
}

/** The attempt; undefined when there is nothing to write, because every span of the fragments is in another claim. */
export function attemptClaim(request: ClaimRequest): ClaimAttempt | undefined {
  const { record, written, fragments, position, key, nowMs } = request;
  const firstSeq = record.claims[position]?.firstSeq ?? nextSeq(record);
  const trace = assembleTrace(request.traceId, [...written, ...fragments]);
  const lines = archiveLines(trace, {
    policy: record.policy,
    sampleWeight: record.sampleWeight,
    threshold: record.threshold,
    decidedAtMs: nowMs,
    firstSeq,
    skipFragments: written.length,
  });
  if (lines.length === 0) return undefined;
  const claim: Claim = {
    key,
    fragments: fragments.map((fragment) => fragment.hash),
    claimedAtMs: nowMs,
    firstSeq,
    lineCount: lines.length,
  };
  const claims = [...record.claims];
  claims[position] = claim;
  return { record: { ...record, claims, version: record.version + 1 }, claim, lines, spanCount: trace.spanCount };
}

/** Whether an attempt is on record after all: one whose first try succeeded unheard conflicts with itself. */
export function isRecorded({ claim }: ClaimAttempt, stored: DecisionRecord | undefined): boolean {
  const isSame = (other: Claim) => other.key === claim.key && other.fragments.join() === claim.fragments.join();
  return stored?.claims.some(isSame) ?? false;
}

export function assembleTrace(traceId: string, fragments: readonly BufferedFragment[]): Trace {
  return Trace.fromFragments(
    traceId,
    fragments.map((fragment) => fragment.payload),
  );
}

function nextSeq({ claims }: DecisionRecord): number {
  return Math.max(0, ...claims.map((claim) => claim.firstSeq + claim.lineCount));
}
