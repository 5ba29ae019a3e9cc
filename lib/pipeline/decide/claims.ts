import { archiveLines } from '../../archive/line.ts';
import { Trace } from '../../otlp/trace/trace.ts';
import type { BufferedFragment, Claim, Clock, DecisionRecord, TraceArchive } from '../ports.ts';

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
    adjustedCount: record.adjustedCount,
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

/** A record with fewer claims is left as it is. */
export const FOLD_FROM_CLAIMS = 16;

/**
 * The record with its committed claims as one, so that the record of a trace that goes on for hours stays small.
 *
 * Only those before the first uncommitted claim: a span that is in several claims is written by the first of them, so
 * claims must not change places with one that may yet be written anew.
 */
export async function foldCommittedClaims(record: DecisionRecord, claimStates: ClaimStates): Promise<DecisionRecord> {
  if (record.claims.length < FOLD_FROM_CLAIMS) return record;
  const states = await Promise.all(record.claims.map((claim) => claimStates.stateOf(claim)));
  const uncommitted = states.findIndex((state) => state !== 'committed');
  const end = uncommitted < 0 ? record.claims.length : uncommitted;
  const [first, ...others] = record.claims.slice(0, end);
  if (first === undefined || others.length === 0) return record;
  const folded: Claim = {
    ...first,
    fragments: [first, ...others].flatMap((claim) => claim.fragments),
    lineCount: Math.max(...[first, ...others].map((claim) => claim.firstSeq + claim.lineCount)) - first.firstSeq,
  };
  return { ...record, claims: [folded, ...record.claims.slice(end)] };
}

/**
 * Where a claim on an archive key K stands.
 * ```
 *   recorded ──────────── object created at K ──▶ committed, for ever
 *      │
 *      └─ owner dies ── age > claimTimeoutMs ── fence created at K ──▶ fenced: may be replaced under another key
 *                                                   │ K exists after all
 *                                                   └──▶ committed
 * ```
 */
export type ClaimState = 'committed' | 'young' | 'fenced';

/** Data stays where it is, so a key that has it need not be looked at again. More keys than this are forgotten. */
const MAX_REMEMBERED_KEYS = 10_000;

/** Tells where claims stand, and fences those whose owner is dead. */
export class ClaimStates {
  readonly #archive: TraceArchive;
  readonly #clock: Clock;
  readonly #claimTimeoutMs: number;
  readonly #committedKeys = new Set<string>();

  /** @param claimTimeoutMs age from which the owner of an uncommitted claim is dead: more than an invocation can last */
  constructor(archive: TraceArchive, clock: Clock, claimTimeoutMs: number) {
    this.#archive = archive;
    this.#clock = clock;
    this.#claimTimeoutMs = claimTimeoutMs;
  }

  async stateOf({ key, claimedAtMs }: Claim): Promise<ClaimState> {
    if (this.#committedKeys.has(key)) return 'committed';
    let found = await this.#archive.inspect(key);
    if (found === 'absent' && this.#clock.now() - claimedAtMs > this.#claimTimeoutMs) {
      found = (await this.#archive.fence(key)) === 'created' ? 'fence' : await this.#archive.inspect(key);
    }
    if (found === 'fence') return 'fenced';
    if (found === 'absent') return 'young';
    if (this.#committedKeys.size >= MAX_REMEMBERED_KEYS) this.#committedKeys.clear();
    this.#committedKeys.add(key);
    return 'committed';
  }
}
