import type { Claim, Clock, TraceArchive } from '../ports.ts';

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
