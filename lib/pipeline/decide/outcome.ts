import type { TraceTooLargeError } from '../ports.ts';
import type { ClaimState, ClaimStates } from './claim-states.ts';
import type { HashLists } from './hash-lists.ts';

/**
 * What settling a trace came to, as values: {@link SettledTrace} is what `settleTrace` returns, and `tally` turns many of
 * them into the summary of a batch. They hold numbers and names only, never spans: a batch keeps the outcomes of all its traces.
 */

/** The policies sampled the trace, and the first claim on it is on record. */
export interface Sampled {
  readonly kind: 'sampled';
  /** Whether the wake-up of the earliest fragment brought it about. If not, an earlier evaluation did not sample the trace. */
  readonly isFirstLook: boolean;
  /** The policy that gets the credit. */
  readonly policy: string;
  /** Every policy that voted for the trace. */
  readonly votes: readonly string[];
  /** Spans as of the decision, without duplicates. */
  readonly spanCount: number;
}

/** A policy dropped the trace, or none sampled it, as far as it is there; a later wake-up may see more of it. */
export interface NotSampled {
  readonly kind: 'not_sampled' | 'dropped';
  /** As in {@link Sampled}. */
  readonly isFirstLook: boolean;
}

/** The first claim took in fragments that arrived while it was being recorded. Comes after `sampled`. */
export interface Extended {
  readonly kind: 'extended';
  readonly addedSpans: number;
}

/** Another invocation has kept the trace. This one was woken for the earliest fragment, so the trace is received here. */
export interface FoundCommitted {
  readonly kind: 'found_committed';
}

/** Fragments that arrived after their trace was kept are claimed, and written after it. */
export interface Late {
  readonly kind: 'late';
  readonly fragments: readonly LateFragment[];
}

export interface LateFragment {
  readonly spanCount: number;
  /** From the decision to its arrival, in milliseconds; 0 when it was under way at that moment. */
  readonly ageMs: number;
}

/** The claim of a dead owner was fenced and is on record under a key of this round. */
export interface TakenOver {
  readonly kind: 'taken_over';
}

/** A policy could not be evaluated and had no vote. */
export interface PolicyFailed {
  readonly kind: 'policy_failed';
  readonly policy: string;
  readonly message: string;
}

/** Settling ended with an error. What the wake-ups name stays open, or is set aside if the trace is too large. */
export interface Failed {
  readonly kind: 'failed';
  readonly message: string;
}

export type TraceOutcome = Sampled | NotSampled | Extended | FoundCommitted | Late | TakenOver | PolicyFailed | Failed;

export interface SettledTrace {
  readonly traceId: string;
  /** What happened, in order. Usually one thing; none when the trace was settled before, or is another invocation's. */
  readonly outcomes: readonly TraceOutcome[];
  /** Where the fragments stand that the wake-ups name. */
  readonly standings: Standings;
}

/**
 * Where a fragment that a wake-up names stands.
 * - `settled`: written and committed, or of a trace that is not sampled; nothing is left to do
 * - `claimedAt`: will be committed with the object at this key, which belongs to this round
 * - `open`: in the claim of another invocation, or something failed: must be examined again later
 * - `missing`: neither in a claim nor in the buffer: it has expired under a lagging queue, or the buffer has lost it
 * - `tooLarge`: its trace is over a limit, so that examining it again does not help; says which, and where the kept part is
 */
export type FragmentStanding =
  | 'settled'
  | 'open'
  | 'missing'
  | { readonly claimedAt: string }
  | { readonly tooLarge: string };
/** By fragment hash. */
export type Standings = ReadonlyMap<string, FragmentStanding>;

export function allAt(hashes: ReadonlySet<string>, standing: FragmentStanding): Standings {
  return new Map([...hashes].map((hash) => [hash, standing]));
}

/**
 * Of a trace over a limit nothing more can be claimed. What is in a claim keeps the standing of the claim; the rest is set aside.
 */
export async function standingsOfTooLarge(
  traceId: string,
  { message, decision }: TraceTooLargeError,
  hashes: ReadonlySet<string>,
  { claimStates, hashLists }: { readonly claimStates: ClaimStates; readonly hashLists: HashLists },
): Promise<Standings> {
  const claims = decision?.claims ?? [];
  const states = await Promise.all(claims.map((claim) => claimStates.stateOf(claim)));
  const positionOf = decision === undefined ? () => -1 : await hashLists.positions(traceId, decision);
  const keptIn = claims.filter((_, position) => states[position] === 'committed').map(({ key }) => key);
  const tooLarge = `${message}; ${keptIn.length === 0 ? 'nothing of it is kept' : `kept of it: ${keptIn.join(', ')}`}`;
  const standingOf = (state: ClaimState | undefined): FragmentStanding => {
    if (state === 'committed') return 'settled';
    return state === 'pending' ? 'open' : { tooLarge };
  };
  return new Map([...hashes].map((hash) => [hash, standingOf(states[positionOf(hash)])]));
}

/** The fragments that are neither settled nor committed. @param committed the objects that exist, by key */
export function openFragments(standings: Standings, committed: ReadonlyMap<string, number>): ReadonlySet<string> {
  const open = new Set<string>();
  for (const [hash, standing] of standings) {
    if (standing === 'settled' || standing === 'missing') continue;
    if (standing === 'open' || ('claimedAt' in standing && !committed.has(standing.claimedAt))) open.add(hash);
  }
  return open;
}

/** Why fragments of traces could not be settled, by trace ID: the last failure, or that some are missing. */
export function lastFailures(settled: readonly SettledTrace[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { traceId, outcomes, standings } of settled) {
    if (missingFragments(standings).size > 0) {
      reasons.set(traceId, 'they are not in the buffer, although their time there is not over');
    }
    for (const outcome of outcomes) if (outcome.kind === 'failed') reasons.set(traceId, outcome.message);
  }
  return reasons;
}

export function missingFragments(standings: Standings): ReadonlySet<string> {
  return new Set([...standings].filter(([, standing]) => standing === 'missing').map(([hash]) => hash));
}

/** Fragments of one trace that is over a limit. */
export interface TraceTooLarge {
  readonly traceId: string;
  readonly hashes: ReadonlySet<string>;
  /** Which limit, and where the kept part of the trace is. */
  readonly reason: string;
}

/** One entry, or none: all fragments of a trace that is too large have the same reason. */
export function tooLargeFragments({ traceId, standings }: SettledTrace): readonly TraceTooLarge[] {
  const hashes = new Set<string>();
  let reason = '';
  for (const [hash, standing] of standings) {
    if (typeof standing !== 'object' || !('tooLarge' in standing)) continue;
    hashes.add(hash);
    reason = standing.tooLarge;
  }
  return hashes.size === 0 ? [] : [{ traceId, hashes, reason }];
}
