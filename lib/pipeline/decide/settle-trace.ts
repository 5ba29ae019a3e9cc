import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import type { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { BufferedFragment, BufferedTrace, Claim, Clock, DecisionRecord, Evaluate, SpanBuffer } from '../ports.ts';
import { TraceTooLargeError } from '../ports.ts';
import { LARGEST_TRACE, type OneAtATime, SMALL_TRACE, type TraceSize } from '../trace-limits.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { ClaimAttempt, ClaimTarget } from './claim-attempt.ts';
import { assembleTrace, claimFirst, claimLate, isRecorded, takeInMissed, takeOver } from './claim-attempt.ts';
import { type ClaimStates, foldCommittedClaims } from './claim-states.ts';
import type { FragmentStanding, SettledTrace, Standings, TraceOutcome } from './outcome.ts';
import { allAt, standingsOfTooLarge } from './outcome.ts';

export interface SettleDeps {
  readonly buffer: SpanBuffer;
  readonly clock: Clock;
  readonly claimStates: ClaimStates;
  readonly allowances: FleetAllowances;
  readonly evaluate: Evaluate;
  /** Shared by all traces of the function: memory holds one large trace at a time. */
  readonly largeTraces: OneAtATime;
  readonly round: ArchiveRound;
  /** Whether there still is time to examine a trace, and room for it in the round. */
  readonly canExamine: () => boolean;
}

/** Each lap either settles the trace or loses a race. After losing this many the trace is left to another invocation. */
const MAX_LAPS = 6;

/**
 * Settles one trace as far as one round can: decides it if no invocation has, claims what is not yet claimed, takes over from
 * owners that died. One lap:
 * ```
 *   read the trace (strongly consistent)
 *     ├─ no decision record: evaluate the policies
 *     │    ├─ not sampled, dropped ──▶ settled, and nothing is written: a later wake-up evaluates again
 *     │    └─ sampled ───────────────▶ record the first claim, then examine again (below)
 *     └─ decision record, for each fragment that the wake-up names: the claim that holds it, else the first claim, is
 *          ├─ committed ─▶ settled; a fragment that no claim holds is late: record a further claim
 *          ├─ pending ───▶ open: its owner is at work
 *          └─ fenced ────▶ record a claim of this round in its place
 *   record a claim (only if the record has not changed since it was read)
 *     ├─ recorded ─▶ its lines go into the round
 *     ├─ conflict ─▶ another invocation was first: next lap
 *     └─ unknown ──▶ the round gives up the object
 * ```
 * {@link ClaimStates} draws the life of a claim.
 *
 * When the first claim of a trace is on record, the trace is examined once more before its object is created, because
 * a policy can turn from yes to no (limits, `drop`, `not`, upper bounds, policies that were replaced):
 * ```
 *   this invocation                     another invocation
 *   reads f1: sampled
 *                                       is woken for f2; reads f1 and f2, no record: not sampled, acknowledges f2
 *   records the claim on f1
 *   reads again: f2 is in no claim
 *   records the claim on f1 and f2
 *   creates the object
 * ```
 * Without the second read neither a claim nor a message names f2 any more. One is enough: an invocation that acknowledges a
 * fragment of a trace without a record has found it in the buffer before the record was there.
 *
 * Never throws: a trace that cannot be settled must not hold up the others. `not examined`: it is a large trace, and when its
 * turn came there was no time for it, or no room.
 *
 * @param hashes the fragments that the wake-ups name
 */
export async function settleTrace(
  traceId: string,
  hashes: ReadonlySet<string>,
  deps: SettleDeps,
): Promise<SettledTrace | 'not examined'> {
  const settling = new Settling(traceId, hashes, deps);
  const standings = await settling.run();
  return standings === 'not examined' ? standings : { traceId, outcomes: settling.outcomes, standings };
}

/** An attempt to claim, or where the fragments stand if there is nothing to claim. */
type Step = { readonly attempt: ClaimAttempt; readonly budget?: BudgetTransaction } | { readonly standings: Standings };

/** The settling of one trace. */
class Settling {
  /** What has happened so far. */
  readonly outcomes: TraceOutcome[] = [];
  readonly #traceId: string;
  readonly #hashes: ReadonlySet<string>;
  readonly #deps: SettleDeps;

  constructor(traceId: string, hashes: ReadonlySet<string>, deps: SettleDeps) {
    this.#traceId = traceId;
    this.#hashes = hashes;
    this.#deps = deps;
  }

  /** Examines the trace as a small one first, and in turn with other large ones if it is not. */
  async run(): Promise<Standings | 'not examined'> {
    const { largeTraces, canExamine, claimStates } = this.#deps;
    const open = allAt(this.#hashes, 'open');
    try {
      const standings = await this.#settle(SMALL_TRACE);
      if (standings !== 'larger') return standings;
      return await largeTraces.run(async () => {
        const ofLarge = canExamine() ? await this.#settle(LARGEST_TRACE) : 'larger';
        return ofLarge === 'larger' ? 'not examined' : ofLarge;
      });
    } catch (error) {
      this.outcomes.push({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      if (!(error instanceof TraceTooLargeError)) return open;
      return standingsOfTooLarge(error, this.#hashes, claimStates).catch(() => open);
    }
  }

  /** `larger`: the trace is larger than the limit, and not the largest that there may be. */
  async #settle(limit: TraceSize): Promise<Standings | 'larger'> {
    for (let lap = 0; lap < MAX_LAPS; lap++) {
      const buffered = await this.#read(limit);
      if (buffered === 'larger') return buffered;
      const { decision, fragments } = buffered;
      const step = decision === undefined ? await this.#decide(fragments) : await this.#continue(fragments, decision);
      if ('standings' in step) return step.standings;
      const claim = await this.#claim(step.attempt, buffered, step.budget);
      const claimed = new Set(claim?.fragments);
      if (claim !== undefined && [...this.#hashes].every((hash) => claimed.has(hash))) {
        return allAt(this.#hashes, { claimedAt: claim.key });
      }
    }
    return allAt(this.#hashes, 'open');
  }

  async #read(limit: TraceSize): Promise<BufferedTrace | 'larger'> {
    try {
      return await this.#deps.buffer.read(this.#traceId, { limit });
    } catch (error) {
      if (limit !== LARGEST_TRACE && error instanceof TraceTooLargeError) return 'larger';
      throw error;
    }
  }

  /** The trace has no decision record: evaluates the policies on all its fragments. */
  async #decide(fragments: readonly BufferedFragment[]): Promise<Step> {
    const present = hashesOf(fragments);
    // A fragment that is not there has expired under a lagging queue: left open, it ends at the dead letters and not in silence.
    const standings = new Map([...this.#hashes].map((hash) => [hash, present.has(hash) ? 'settled' : 'open'] as const));
    const [first] = fragments;
    if (first === undefined || ![...this.#hashes].some((hash) => present.has(hash))) return { standings };

    const trace = assembleTrace(this.#traceId, fragments);
    const isFirstLook = this.#hashes.has(first.hash);
    const { answer: decision, budget } = await this.#deps.allowances.evaluate(
      (allowances) => this.#deps.evaluate(trace, allowances),
      { receivedAtMs: first.receivedAtMs, isFirst: isFirstLook },
    );
    this.outcomes.push(...decision.errors.map((error) => ({ kind: 'policy_failed', ...error }) as const));
    if (decision.outcome !== 'sampled') {
      this.outcomes.push({ kind: decision.outcome, isFirstLook });
      return { standings };
    }
    return { attempt: claimFirst({ trace, fragments, decision, isFirstLook }, this.#target()), budget };
  }

  /** The trace is kept: fragments of committed claims are done, others are taken over or written as late spans. */
  async #continue(fragments: readonly BufferedFragment[], record: DecisionRecord): Promise<Step> {
    const [firstClaim] = record.claims;
    if (firstClaim === undefined) throw new Error('the decision record has no claims');
    const present = hashesOf(fragments);
    const claimOf = new Map(record.claims.flatMap((claim) => claim.fragments.map((hash) => [hash, claim] as const)));
    const ownKey = this.#deps.round.keyFor(record.partition);
    const standings = new Map<string, FragmentStanding>();
    for (const hash of this.#hashes) {
      const isLate = !claimOf.has(hash);
      // Late spans wait for the trace itself: if its claim is taken over, the new claim takes them in.
      const claim = claimOf.get(hash) ?? firstClaim;
      const state = claim.key === ownKey ? 'own' : await this.#deps.claimStates.stateOf(claim);
      if (state === 'own' && !isLate) {
        standings.set(hash, { claimedAt: ownKey });
      } else if (state === 'committed' && !isLate) {
        if (hash === fragments[0]?.hash) this.outcomes.push({ kind: 'found_committed' });
        standings.set(hash, 'settled');
      } else if (state === 'own' || state === 'pending' || !present.has(hash)) {
        standings.set(hash, 'open');
      } else {
        const attempt =
          state === 'fenced'
            ? takeOver(fragments, record, claim, this.#target())
            : claimLate(fragments, await foldCommittedClaims(record, this.#deps.claimStates), this.#target());
        if (attempt !== undefined) return { attempt };
        standings.set(hash, 'settled');
      }
    }
    return { standings };
  }

  /**
   * Records a claim and gives its lines to the round. Where the claim may be on record without its lines being in the round,
   * the round gives up the object. Resolves to what is on record; `undefined`: another invocation was first.
   * @param before the trace as the attempt knows it
   * @param budget of the first claim of a trace: what its evaluation took, put back if another invocation has decided
   */
  async #claim(attempt: ClaimAttempt, before: BufferedTrace, budget?: BudgetTransaction): Promise<Claim | undefined> {
    const { buffer, round } = this.#deps;
    const { partition, version } = attempt.record;
    const isFirstClaim = version === 1;
    let isRefused = false;
    try {
      const answer = await buffer.record(this.#traceId, attempt.record).catch((error: unknown) => {
        if (!(error instanceof TraceTooLargeError)) throw error;
        isRefused = true;
        budget?.rollback();
        throw new TraceTooLargeError(error.message, before.decision);
      });
      if (answer === 'recorded') this.outcomes.push(attempt.outcome);
      if (answer === 'conflict' || isFirstClaim) {
        const after = await buffer.read(this.#traceId, { known: before.fragments });
        if (!isRecorded(attempt, after.decision)) {
          // Never recorded, or fenced and taken over since.
          if (answer === 'conflict') budget?.rollback();
          return undefined;
        }
        if (answer === 'conflict') this.outcomes.push(attempt.outcome);
        const larger = isFirstClaim ? takeInMissed(attempt, after, this.#target()) : undefined;
        if (larger !== undefined) return await this.#claim(larger, after);
      }
      round.add(partition, attempt.lines);
      return attempt.claim;
    } catch (error) {
      // Unless the record was refused, the claim may be on record, and its lines are not in the round.
      if (!isRefused) round.abandon(partition);
      throw error;
    }
  }

  #target(): ClaimTarget {
    return { traceId: this.#traceId, round: this.#deps.round, nowMs: this.#deps.clock.now() };
  }
}

function hashesOf(fragments: readonly BufferedFragment[]): ReadonlySet<string> {
  return new Set(fragments.map((fragment) => fragment.hash));
}
