import type { TraceTooLargeError } from '../ports.ts';
import type { ClaimState, ClaimStates } from './claims.ts';
import type { TraceTooLarge } from './hand-on.ts';

/**
 * Where a fragment that a wake-up names stands.
 * - `settled`: written and committed, or of a trace that is not sampled; nothing is left to do
 * - `claimedAt`: it will be committed with the object at this key, which belongs to this round
 * - `open`: in the claim of another invocation, or something did not work: look again later
 * - `tooLarge`: its trace is over a limit, so that looking again does not help; says which, and where the kept part is
 */
export type FragmentStanding = 'settled' | 'open' | { readonly claimedAt: string } | { readonly tooLarge: string };
export type Standings = ReadonlyMap<string, FragmentStanding>;

export function allAt(hashes: ReadonlySet<string>, standing: FragmentStanding): Standings {
  return new Map([...hashes].map((hash) => [hash, standing]));
}

export function allOpen(hashes: ReadonlySet<string>): Standings {
  return allAt(hashes, 'open');
}

/** Of a trace over a limit nothing more can be claimed: what is not in a claim that may yet be committed is set aside. */
export async function standingsOfTooLarge(
  { message, decision }: TraceTooLargeError,
  hashes: ReadonlySet<string>,
  claimStates: ClaimStates,
): Promise<Standings> {
  const states = new Map<string, ClaimState>();
  const keptIn: string[] = [];
  for (const claim of decision?.claims ?? []) {
    const state = await claimStates.stateOf(claim);
    if (state === 'committed') keptIn.push(claim.key);
    for (const hash of claim.fragments) states.set(hash, state);
  }
  const tooLarge = `${message}; ${keptIn.length === 0 ? 'nothing of it is kept' : `kept of it: ${keptIn.join(', ')}`}`;
  const standingOf = (state: ClaimState | undefined): FragmentStanding => {
    if (state === 'committed') return 'settled';
    return state === 'young' ? 'open' : { tooLarge };
  };
  return new Map([...hashes].map((hash) => [hash, standingOf(states.get(hash))]));
}

/** What is neither settled nor committed. @param committed the objects that are there, by key */
export function openFragments(standings: Standings, committed: ReadonlyMap<string, number>): Set<string> {
  const open = new Set<string>();
  for (const [hash, standing] of standings) {
    if (standing === 'settled') continue;
    if (standing === 'open' || ('claimedAt' in standing && !committed.has(standing.claimedAt))) open.add(hash);
  }
  return open;
}

/** One entry, or none: all fragments of a trace that is too large have one reason. */
export function tooLargeFragments(traceId: string, standings: Standings): readonly TraceTooLarge[] {
  const hashes = new Set<string>();
  let reason = '';
  for (const [hash, standing] of standings) {
    if (typeof standing !== 'object' || !('tooLarge' in standing)) continue;
    hashes.add(hash);
    reason = standing.tooLarge;
  }
  return hashes.size === 0 ? [] : [{ traceId, hashes, reason }];
}
