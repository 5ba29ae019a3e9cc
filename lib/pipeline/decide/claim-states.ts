import type { Claim, Clock, DecisionRecord, TraceArchive } from '../ports.ts';

/**
 * Where a claim on an archive key K stands.
 * ```
 *   pending ───────────── object created at K ──▶ committed: final
 *      │
 *      └─ owner dies ── age > claimTimeoutMs ── fence created at K ──▶ fenced: may be replaced under another key
 *                                                   │ K exists after all
 *                                                   └──▶ committed
 * ```
 */
export type ClaimState = 'committed' | 'pending' | 'fenced';

/** Data stays where it is, so a key that has it need not be inspected again. Beyond this many keys all are forgotten. */
const MAX_REMEMBERED_KEYS = 10_000;

export interface ClaimStatesDeps {
  readonly archive: TraceArchive;
  readonly clock: Clock;
}

export interface ClaimStatesOptions {
  /** Age from which the owner of an uncommitted claim counts as dead: longer than an invocation can last. */
  readonly claimTimeoutMs: number;
}

/** Finds out where claims stand, and fences those whose owner is dead. */
export class ClaimStates {
  readonly #deps: ClaimStatesDeps;
  readonly #options: ClaimStatesOptions;
  readonly #committedKeys = new Set<string>();

  constructor(deps: ClaimStatesDeps, options: ClaimStatesOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async stateOf({ key, claimedAtMs }: Claim): Promise<ClaimState> {
    if (this.#committedKeys.has(key)) return 'committed';
    const { archive, clock } = this.#deps;
    let found = await archive.inspect(key);
    if (found === 'absent' && clock.now() - claimedAtMs > this.#options.claimTimeoutMs) {
      found = (await archive.fence(key)) === 'created' ? 'fence' : await archive.inspect(key);
    }
    if (found === 'fence') return 'fenced';
    if (found === 'absent') return 'pending';
    this.remember([key]);
    return 'committed';
  }

  /** These keys have data. */
  remember(keys: Iterable<string>): void {
    for (const key of keys) {
      if (this.#committedKeys.size >= MAX_REMEMBERED_KEYS) this.#committedKeys.clear();
      this.#committedKeys.add(key);
    }
  }
}

/** A record with fewer claims is left as it is. With as many, and the names that a claim has itself, it takes one write unit. */
const FOLD_FROM_CLAIMS = 3;

/**
 * The record with its committed claims as one, so that the record of a trace that goes on for hours stays small.
 *
 * Only those before the first uncommitted claim are folded: a span that is in several claims is written by the first of them,
 * so claims must not change places with one that may yet be written anew.
 */
export async function foldCommittedClaims(record: DecisionRecord, claimStates: ClaimStates): Promise<DecisionRecord> {
  if (record.claims.length < FOLD_FROM_CLAIMS) return record;
  const states = await Promise.all(record.claims.map((claim) => claimStates.stateOf(claim)));
  const uncommitted = states.findIndex((state) => state !== 'committed');
  const end = uncommitted < 0 ? record.claims.length : uncommitted;
  const [first, ...others] = record.claims.slice(0, end);
  if (first === undefined || others.length === 0) return record;
  const all = [first, ...others];
  const lists = all.flatMap((claim) => claim.lists ?? []);
  const folded: Claim = {
    ...first,
    fragments: all.flatMap((claim) => claim.fragments),
    ...(lists.length > 0 && { lists }),
    lineCount: Math.max(...all.map((claim) => claim.firstSeq + claim.lineCount)) - first.firstSeq,
  };
  return { ...record, claims: [folded, ...record.claims.slice(end)] };
}
