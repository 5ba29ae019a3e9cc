import type { Trace } from '../../otlp/trace/trace.ts';
import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import type { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type {
  BufferedFragment,
  BufferedTrace,
  Clock,
  DecisionRecord,
  Evaluate,
  LookNote,
  ReadOptions,
  SpanBuffer,
} from '../ports.ts';
import { TraceTooLargeError } from '../ports.ts';
import { LARGEST_TRACE, type OneAtATime, SMALL_TRACE, type TraceSize } from '../trace-limits.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { ClaimAttempt, ClaimTarget } from './claim-attempt.ts';
import { assembleTrace, claimFirst, claimLate, isRecorded, takeInMissed, takeOver } from './claim-attempt.ts';
import { type ClaimStates, foldCommittedClaims } from './claim-states.ts';
import type { HashLists } from './hash-lists.ts';
import type { LooksAtPart } from './looks-at-part.ts';
import type { FragmentStanding, SettledTrace, Standings, TraceOutcome } from './outcome.ts';
import { allAt, standingsOfTooLarge } from './outcome.ts';

export interface SettleDeps {
  readonly buffer: SpanBuffer;
  readonly clock: Clock;
  readonly claimStates: ClaimStates;
  readonly allowances: FleetAllowances;
  readonly evaluate: Evaluate;
  readonly hashLists: HashLists;
  readonly looksAtPart: LooksAtPart;
  /** As in `LargeTraceOptions`. */
  readonly wholeUpTo: number;
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
 *   read the trace (strongly consistent); of a large trace with a record, the record alone
 *     ├─ no record: evaluate the policies
 *     │    ├─ not sampled, dropped ──▶ settled: a later wake-up evaluates again. Of a large trace, a note is recorded
 *     │    └─ sampled ───────────────▶ record the first claim, then examine again (below)
 *     ├─ note: the fragments that it has seen are settled; the others are
 *     │    ├─ news ──▶ read the trace whole, go on as without a record
 *     │    └─ none ──▶ settled ({@link LooksAtPart})
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

/** An attempt to claim, where the fragments stand if there is nothing to claim, or what it takes to go on. */
type Step =
  | { readonly attempt: ClaimAttempt; readonly budget?: BudgetTransaction }
  | { readonly standings: Standings }
  | 'whole'
  | 'larger';

/** The settling of one trace. */
class Settling {
  /** What has happened so far. */
  readonly outcomes: TraceOutcome[] = [];
  readonly #traceId: string;
  readonly #hashes: ReadonlySet<string>;
  readonly #deps: SettleDeps;
  /** As in `ReadOptions`. */
  #wholeUpTo: number;
  /** Whether a policy has sampled a part of the trace, so that the whole is looked at. */
  #wasAsked = false;

  constructor(traceId: string, hashes: ReadonlySet<string>, deps: SettleDeps) {
    this.#traceId = traceId;
    this.#hashes = hashes;
    this.#deps = deps;
    // The record of a trace that is known to be large suffices.
    this.#wholeUpTo = deps.hashLists.knows(traceId) ? 0 : deps.wholeUpTo;
  }

  /** Examines the trace as a small one first, and in turn with other large ones if it is not. */
  async run(): Promise<Standings | 'not examined'> {
    const { largeTraces, canExamine } = this.#deps;
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
      return standingsOfTooLarge(this.#traceId, error, this.#hashes, this.#deps).catch(() => open);
    }
  }

  /** `larger`: the trace is larger than the limit, and not the largest that there may be. */
  async #settle(limit: TraceSize): Promise<Standings | 'larger'> {
    const { buffer } = this.#deps;
    for (let lap = 0; lap < MAX_LAPS; lap++) {
      const options = readOptions(limit, this.#wholeUpTo);
      const buffered = await within(limit, buffer.read(this.#traceId, options));
      if (buffered === 'larger') return buffered;
      const step = await this.#step(buffered, limit);
      if (step === 'larger') return step;
      if (step === 'whole') {
        this.#wholeUpTo = Number.POSITIVE_INFINITY;
        continue;
      }
      if ('standings' in step) return step.standings;
      const claimed = await this.#claim(step.attempt, buffered, step.budget);
      const hashes = new Set(claimed?.claim.fragments);
      if (claimed !== undefined && [...this.#hashes].every((hash) => hashes.has(hash))) {
        return allAt(this.#hashes, { claimedAt: claimed.claim.key });
      }
    }
    return allAt(this.#hashes, 'open');
  }

  #step(buffered: BufferedTrace, limit: TraceSize): Promise<Step> {
    const { decision, note, isRecordOnly } = buffered;
    if (decision !== undefined) return this.#continue(buffered, decision, limit);
    return note !== undefined && isRecordOnly ? this.#lookAtPart(note, limit) : this.#decide(buffered);
  }

  /** The trace has no decision, and all its fragments are read: evaluates the policies on them. */
  async #decide({ note, fragments }: BufferedTrace): Promise<Step> {
    const present = hashesOf(fragments);
    const standings = this.#settledIf((hash) => present.has(hash));
    const [first] = fragments;
    if (first === undefined || [...standings.values()].every((standing) => standing === 'open')) return { standings };

    const trace = assembleTrace(this.#traceId, fragments);
    const isFirstLook = this.#hashes.has(first.hash);
    const { answer: decision, budget } = await this.#deps.allowances.evaluate(
      (allowances) => this.#deps.evaluate(trace, allowances),
      { receivedAtMs: first.receivedAtMs, isFirst: isFirstLook },
    );
    this.outcomes.push(...decision.errors.map((error) => ({ kind: 'policy_failed', ...error }) as const));
    const previousVersion = note?.version ?? 0;
    if (decision.outcome === 'sampled') {
      const evaluated = { trace, fragments, decision, isFirstLook, previousVersion };
      return { attempt: claimFirst(evaluated, this.#target()), budget };
    }
    const { outcome } = decision;
    if (fragments.length > this.#deps.wholeUpTo)
      await this.#takeNote({ trace, fragments, outcome, earliest: first.hash }, note);
    this.outcomes.push({ kind: outcome, isFirstLook });
    return { standings };
  }

  /**
   * Records what a look that did not sample the trace has seen. If another invocation was first, the look counts all the same: as
   * without notes, it found what it settles in the buffer while there was no decision.
   */
  async #takeNote(
    look: { readonly trace: Trace; readonly fragments: readonly BufferedFragment[] } & Pick<
      LookNote,
      'outcome' | 'earliest'
    >,
    before: LookNote | undefined,
  ): Promise<void> {
    const { buffer, hashLists, looksAtPart, evaluate, round } = this.#deps;
    const { trace, fragments, outcome, earliest } = look;
    const version = (before?.version ?? 0) + 1;
    const isSeen = await hashLists.search(this.#traceId, before?.lists ?? []);
    const fresh = fragments.map(({ hash }) => hash).filter((hash) => !isSeen(hash));
    const lists = await hashLists.extend(this.#traceId, before?.lists ?? [], fresh, `${round.id}.${version}`);
    await buffer.record(this.#traceId, {
      outcome,
      earliest,
      fragmentCount: fragments.length,
      lists,
      ...(await looksAtPart.landmarksOf(trace, fragments, evaluate)),
      vainLooks: (before?.vainLooks ?? 0) + (this.#wasAsked ? 1 : 0),
      version,
    });
  }

  /** A look at the whole trace did not sample it: settles what that look has seen, and looks at the rest alone. */
  async #lookAtPart(note: LookNote, limit: TraceSize): Promise<Step> {
    const { buffer, hashLists, looksAtPart, evaluate } = this.#deps;
    const isSeen = await hashLists.search(this.#traceId, note.lists);
    const unseen = [...this.#hashes].filter((hash) => !isSeen(hash));
    const fresh = unseen.length === 0 ? [] : await within(limit, buffer.readFragments(this.#traceId, unseen, limit));
    if (fresh === 'larger') return fresh;
    const look = await looksAtPart.look(note, fresh, evaluate);
    this.#wasAsked = look === 'asked';
    if (look !== 'nothing') return 'whole';
    this.outcomes.push({ kind: note.outcome, isFirstLook: this.#hashes.has(note.earliest) });
    const present = hashesOf(fresh);
    return { standings: this.#settledIf((hash) => isSeen(hash) || present.has(hash)) };
  }

  /** The trace is kept: fragments of committed claims are done, others are taken over or written as late spans. */
  async #continue(buffered: BufferedTrace, record: DecisionRecord, limit: TraceSize): Promise<Step> {
    const { buffer, round, claimStates, hashLists } = this.#deps;
    const [firstClaim] = record.claims;
    if (firstClaim === undefined) throw new Error('the decision record has no claims');
    const positionOf = await hashLists.positions(this.#traceId, record);
    const late = [...this.#hashes].filter((hash) => positionOf(hash) < 0);
    let { fragments } = buffered;
    let present = buffered.isRecordOnly ? undefined : hashesOf(fragments);
    const ownKey = round.keyFor(record.partition);
    const standings = new Map<string, FragmentStanding>();
    for (const hash of this.#hashes) {
      const position = positionOf(hash);
      const isLate = position < 0;
      // Late spans wait for the trace itself: if its claim is taken over, the new claim takes them in.
      const claim = record.claims[isLate ? 0 : position] ?? firstClaim;
      const state = claim.key === ownKey ? 'own' : await claimStates.stateOf(claim);
      if (state === 'own' && !isLate) {
        standings.set(hash, { claimedAt: ownKey });
        continue;
      }
      if (state === 'committed' && !isLate) {
        if (hash === firstClaim.fragments[0]) this.outcomes.push({ kind: 'found_committed' });
        standings.set(hash, 'settled');
        continue;
      }
      if (state === 'own' || state === 'pending') {
        standings.set(hash, 'open');
        continue;
      }
      if (present === undefined) {
        if (state === 'fenced') return 'whole';
        const read = await within(limit, buffer.readFragments(this.#traceId, late, limit));
        if (read === 'larger') return read;
        fragments = read;
        present = hashesOf(fragments);
      }
      if (!present.has(hash)) {
        standings.set(hash, 'open');
        continue;
      }
      const trace = { record, positionOf, fragments };
      const attempt =
        state === 'fenced'
          ? takeOver(trace, isLate ? 0 : position, this.#target())
          : claimLate(trace, await foldCommittedClaims(record, claimStates), this.#target());
      if (attempt !== undefined) return { attempt };
      standings.set(hash, 'settled');
    }
    return { standings };
  }

  /**
   * Records a claim and gives its lines to the round. Where the claim may be on record without its lines being in the round,
   * the round gives up the object. Resolves to what is on record; `undefined`: another invocation was first.
   * @param before the trace as the attempt knows it
   * @param budget of the first claim of a trace: what its evaluation took, put back if another invocation has decided
   */
  async #claim(
    attempt: ClaimAttempt,
    before: BufferedTrace,
    budget?: BudgetTransaction,
  ): Promise<ClaimAttempt | undefined> {
    const { buffer, round, hashLists } = this.#deps;
    const { partition, version } = attempt.record;
    const isFirstClaim = before.decision === undefined;
    let isRefused = false;
    const record = await hashLists
      .moveOut(this.#traceId, attempt.record, `${round.id}.${version}`)
      .catch((error: unknown) => {
        budget?.rollback();
        throw error;
      });
    try {
      const answer = await buffer.record(this.#traceId, record).catch((error: unknown) => {
        if (!(error instanceof TraceTooLargeError)) throw error;
        isRefused = true;
        budget?.rollback();
        throw new TraceTooLargeError(error.message, before.decision);
      });
      if (answer === 'recorded') this.outcomes.push(attempt.outcome);
      if (answer === 'conflict' || isFirstClaim) {
        const after = await this.#readAgain(isFirstClaim, before);
        if (!isRecorded(record.claims[attempt.position], after.decision)) {
          // Never recorded, or fenced and taken over since.
          if (answer === 'conflict') budget?.rollback();
          return undefined;
        }
        if (answer === 'conflict') this.outcomes.push(attempt.outcome);
        const larger = isFirstClaim ? await this.#takeInMissed(attempt, after) : undefined;
        if (larger !== undefined) return await this.#claim(larger, after);
      }
      round.add(partition, attempt.lines);
      return attempt;
    } catch (error) {
      // Unless the record was refused, the claim may be on record, and its lines are not in the round.
      if (!isRefused) round.abandon(partition);
      throw error;
    }
  }

  /** After a first claim all that there is; after another one, whether it is on record. */
  #readAgain(isFirstClaim: boolean, { fragments }: BufferedTrace): Promise<BufferedTrace> {
    return this.#deps.buffer.read(this.#traceId, { known: fragments, ...(!isFirstClaim && { wholeUpTo: 0 }) });
  }

  async #takeInMissed(first: ClaimAttempt, { decision, fragments }: BufferedTrace): Promise<ClaimAttempt | undefined> {
    if (decision === undefined) return undefined;
    const positionOf = await this.#deps.hashLists.positions(this.#traceId, decision);
    return takeInMissed(first, { record: decision, positionOf, fragments }, this.#target());
  }

  /** A fragment that is not there has expired under a lagging queue: left open, it ends at the dead letters and not in silence. */
  #settledIf(isThere: (hash: string) => boolean): Standings {
    return new Map([...this.#hashes].map((hash) => [hash, isThere(hash) ? 'settled' : 'open'] as const));
  }

  #target(): ClaimTarget {
    return { traceId: this.#traceId, round: this.#deps.round, nowMs: this.#deps.clock.now() };
  }
}

/** What is read, unless it is larger than the limit, and the limit is not that of the largest trace. */
async function within<Read>(limit: TraceSize, reading: Promise<Read>): Promise<Read | 'larger'> {
  try {
    return await reading;
  } catch (error) {
    if (limit !== LARGEST_TRACE && error instanceof TraceTooLargeError) return 'larger';
    throw error;
  }
}

function readOptions(limit: TraceSize, wholeUpTo: number): ReadOptions {
  return Number.isFinite(wholeUpTo) ? { limit, wholeUpTo } : { limit };
}

function hashesOf(fragments: readonly BufferedFragment[]): ReadonlySet<string> {
  return new Set(fragments.map((fragment) => fragment.hash));
}
