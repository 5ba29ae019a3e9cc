import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import { type BufferedFragment, type BufferedTrace, type DecisionRecord, TraceTooLargeError } from '../ports.ts';
import type { TraceSize } from '../trace-limits.ts';
import { type ClaimAttempt, claimLate, takeOver } from './claim-attempt.ts';
import { foldCommittedClaims } from './claim-states.ts';
import { OutOfTimeError } from './evaluation-time.ts';
import { Examination, hashesOf, type SettleDeps, within } from './examination.ts';
import type { PositionOf } from './hash-lists.ts';
import type { FragmentStanding, SettledTrace, Standings } from './outcome.ts';
import { allAt, standingsOfTooLarge } from './outcome.ts';
import { recordClaim } from './record-claim.ts';
import { lookAtFresh, lookAtWhole } from './undecided.ts';

/** Each lap either settles the trace or loses a race. After losing this many the trace is left to another invocation. */
const MAX_LAPS = 8;

/**
 * Settles one trace as far as one round can: decides it if no invocation has, claims what is not yet claimed, takes over from
 * owners that died. One lap:
 * ```
 *   read the trace (strongly consistent); of a large trace with a record, the record alone
 *     ├─ no record: evaluate the policies
 *     │    ├─ not sampled, dropped ──▶ settled: a later wake-up evaluates again. Of a large trace, a note is recorded
 *     │    └─ sampled, or restored by an operator ──▶ record the first claim, then read the trace once more
 *     ├─ note: the fragments that it has seen are settled; the others are
 *     │    ├─ news, or restored, or the note is of other policies ──▶ read the trace whole, go on as without a record
 *     │    └─ none ──▶ settled (`looks-at-part.ts`)
 *     └─ decision record, for each fragment that the wake-up names: the claim that holds it, else the first claim, is
 *          ├─ committed ─▶ settled; a fragment that no claim holds is late: record a further claim
 *          ├─ pending ───▶ open: its owner is at work
 *          └─ fenced ────▶ record a claim of this round in its place
 *   record a claim (only if the record has not changed since it was read)
 *     ├─ recorded ─▶ its lines go into the round
 *     ├─ conflict ─▶ another invocation was first: next lap
 *     └─ unknown ──▶ the round gives up the object
 * ```
 * `claim-states.ts` draws the life of a claim, `undecided.ts` has the looks, `record-claim.ts` the second read after a first claim.
 *
 * Never throws: a trace that cannot be settled must not hold up the others.
 *
 * @param hashes the fragments that the wake-ups name
 * @param limit a trace that is larger is left as it is, unless this is the limit of the largest
 */
export async function settleTrace(
  traceId: string,
  hashes: ReadonlySet<string>,
  deps: SettleDeps,
  limit: TraceSize,
): Promise<SettledTrace & { readonly left?: Left }> {
  const examination = new Examination(traceId, hashes, deps);
  const standings = await new Settling(examination).run(limit);
  const { outcomes } = examination;
  if (typeof standings === 'string') return { traceId, outcomes, standings: new Map(), left: standings };
  return { traceId, outcomes, standings };
}

/** Why a trace is left for later: it is larger than the limit, and not the largest that there may be; or there is no time. */
type Left = 'larger' | 'no time';

/** An attempt to claim, where the fragments stand if there is nothing to claim, or what must be read to go on: all, or as at first. */
type Step =
  | { readonly attempt: ClaimAttempt; readonly budget?: BudgetTransaction }
  | { readonly standings: Standings }
  | 'whole'
  | 'again'
  | 'larger';

/** The settling of one trace. */
class Settling {
  readonly #examination: Examination;
  /** As in `ReadOptions`; undefined: the trace is read whole. */
  #wholeUpTo: number | undefined;
  /** Whether a policy has sampled a part of the trace, so that it is read whole. */
  #wasAsked = false;
  /** What a look at the whole has seen that replaced the note of other policies. */
  #known: readonly BufferedFragment[] = [];

  constructor(examination: Examination) {
    this.#examination = examination;
    this.#wholeUpTo = wholeUpTo(examination);
  }

  async run(limit: TraceSize): Promise<Standings | Left> {
    const { traceId, hashes, deps, outcomes } = this.#examination;
    const open = allAt(hashes, 'open');
    try {
      return await this.#settle(limit);
    } catch (error) {
      if (error instanceof OutOfTimeError && !error.hasBegun) return 'no time';
      outcomes.push({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      if (!(error instanceof TraceTooLargeError)) return open;
      return standingsOfTooLarge(traceId, error, hashes, deps).catch(() => open);
    }
  }

  async #settle(limit: TraceSize): Promise<Standings | 'larger'> {
    const { traceId, hashes, deps } = this.#examination;
    for (let lap = 0; lap < MAX_LAPS; lap++) {
      const upTo = this.#wholeUpTo;
      const options = { limit, known: this.#known, ...(upTo !== undefined && { wholeUpTo: upTo }) };
      const buffered = await within(limit, deps.buffer.read(traceId, options));
      if (buffered === 'larger') return buffered;
      if (buffered.isRecordOnly) deps.hashLists.meet(traceId);
      const step = await this.#step(buffered, limit);
      if (step === 'larger') return step;
      if (step === 'whole') {
        this.#wholeUpTo = undefined;
        continue;
      }
      if (step === 'again') {
        this.#wholeUpTo = wholeUpTo(this.#examination);
        continue;
      }
      if ('standings' in step) return step.standings;
      const recorded = await recordClaim(this.#examination, step.attempt, buffered, step.budget);
      if (recorded === undefined) continue;
      const { key, fragments } = recorded.claim;
      const claimed = new Set(fragments);
      if ([...hashes].every((hash) => claimed.has(hash))) return allAt(hashes, { claimedAt: key });
    }
    return allAt(hashes, 'open');
  }

  async #step(buffered: BufferedTrace, limit: TraceSize): Promise<Step> {
    const { decision, note, fragments, isRecordOnly } = buffered;
    if (decision !== undefined) return this.#continue(buffered, decision, limit);
    if (note === undefined || !isRecordOnly) {
      const undecided = { fragments, note, wasAsked: this.#wasAsked, lookedAt: hashesOf(this.#known) };
      const look = await lookAtWhole(this.#examination, undecided);
      this.#known = look === 'replaced' ? fragments : [];
      if (look === 'overtaken') return 'again';
      return look === 'replaced' ? 'whole' : look;
    }
    // What an operator restores is claimed whole.
    if (this.#examination.isRestored) return 'whole';
    const look = await lookAtFresh(this.#examination, note, limit);
    this.#wasAsked = look === 'asked';
    if (look === 'overtaken') return 'again';
    return look === 'asked' || look === 'due' || look === 'replaced' ? 'whole' : look;
  }

  /** The trace is kept: fragments of committed claims are done, others are taken over or written as late spans. */
  async #continue(buffered: BufferedTrace, record: DecisionRecord, limit: TraceSize): Promise<Step> {
    const { traceId, hashes, deps, outcomes } = this.#examination;
    const { round, claimStates, hashLists } = deps;
    const [firstClaim] = record.claims;
    if (firstClaim === undefined) throw new Error('the decision record has no claims');
    const positionOf = await hashLists.positions(traceId, record);
    const ownKey = round.keyFor(record.partition);
    const standings = new Map<string, FragmentStanding>();
    const unclaimed: { readonly hash: string; readonly position: number; readonly isFenced: boolean }[] = [];
    for (const hash of hashes) {
      const position = positionOf(hash);
      const isLate = position < 0;
      // Late spans wait for the trace itself: if its claim is taken over, the new claim takes them in.
      const claim = record.claims[isLate ? 0 : position] ?? firstClaim;
      const state = claim.key === ownKey ? 'own' : await claimStates.stateOf(claim);
      if (state === 'own' && !isLate) {
        standings.set(hash, { claimedAt: ownKey });
      } else if (state === 'committed' && !isLate) {
        if (hash === firstClaim.fragments[0] && this.#examination.receives(hash)) {
          outcomes.push({ kind: 'found_committed' });
        }
        standings.set(hash, 'settled');
      } else if (state === 'own' || state === 'pending') {
        standings.set(hash, 'open');
      } else {
        unclaimed.push({ hash, position: Math.max(0, position), isFenced: state === 'fenced' });
      }
    }
    if (unclaimed.length === 0) return { standings };
    if (buffered.isRecordOnly && unclaimed.some(({ isFenced }) => isFenced)) return 'whole';
    const fragments = await this.#fragmentsOf(buffered, positionOf, limit);
    if (fragments === 'larger') return fragments;
    const present = hashesOf(fragments);
    for (const { hash, position, isFenced } of unclaimed) {
      const trace = { record, positionOf, fragments };
      const attempt = !present.has(hash)
        ? undefined
        : isFenced
          ? takeOver(trace, position, this.#examination.target())
          : claimLate(trace, await foldCommittedClaims(record, claimStates), this.#examination.target());
      if (attempt !== undefined) return { attempt };
      standings.set(hash, present.has(hash) ? 'settled' : 'missing');
    }
    return { standings };
  }

  /** Of a large trace those that the wake-ups name and no claim holds, else all. */
  async #fragmentsOf(
    { fragments, isRecordOnly }: BufferedTrace,
    positionOf: PositionOf,
    limit: TraceSize,
  ): Promise<readonly BufferedFragment[] | 'larger'> {
    if (!isRecordOnly) return fragments;
    const { traceId, hashes, deps } = this.#examination;
    const late = [...hashes].filter((hash) => positionOf(hash) < 0);
    return within(limit, deps.buffer.readFragments(traceId, late, limit));
  }
}

/** The record of a trace that is known to be large suffices. */
function wholeUpTo({ traceId, deps }: Examination): number {
  return deps.hashLists.knows(traceId) ? 0 : deps.wholeUpTo;
}
