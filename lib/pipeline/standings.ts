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
