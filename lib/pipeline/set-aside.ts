import type { ClaimState, ClaimStates } from './claim-states.ts';
import type { TraceTooLargeError } from './errors.ts';
import type { FragmentStanding, Standings } from './standings.ts';

/**
 * Where the fragments of a trace over a limit stand: nothing more of it can be claimed, so what is not in a claim that may
 * yet be kept is set aside.
 */
export async function setAside(
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
