import type { ClaimStates } from './decide/claims.ts';
import type { Claim, DecisionRecord } from './ports.ts';

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
