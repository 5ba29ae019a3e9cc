import { partitionOf } from '../../archive/layout.ts';
import { earliestStart } from '../../otlp/trace/summary.ts';
import type { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { BufferedFragment, BufferedTrace, Claim, Clock, DecisionRecord, Evaluate, SpanBuffer } from '../ports.ts';
import { TraceTooLargeError } from '../ports.ts';
import { LARGEST_TRACE, SMALL_TRACE, type TraceSize } from '../trace-limits.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { ClaimStates } from './claims.ts';
import { assembleTrace, attemptClaim, type ClaimAttempt, foldCommittedClaims, isRecorded } from './claims.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { allAt, allOpen, type FragmentStanding, type Standings, standingsOfTooLarge } from './standings.ts';
import { addFailure, addLate, type DecideSummary, increment } from './summary.ts';

export interface SettleDeps {
  readonly buffer: SpanBuffer;
  readonly clock: Clock;
  readonly claimStates: ClaimStates;
  readonly allowances: FleetAllowances;
  readonly evaluate: Evaluate;
  /** Of all traces that the function looks at: memory holds one large trace at a time. */
  readonly largeTraces: OneAtATime;
  /** Whether there still is time to look at a trace, and room for it in the round. */
  readonly canLook: () => boolean;
}

/** Each lap either answers or loses one race; after losing so many in a row it is somebody else's turn. */
const MAX_LAPS = 6;

/** An attempt to claim, and what to count once it is on record. */
interface Attempt extends ClaimAttempt {
  readonly count: () => void;
  /** To call when it is not on record, and never will be: somebody else has decided. */
  readonly putBack?: () => void;
  /** The first claim of a trace: once it is on record, the trace is looked at again. */
  readonly isFirst?: boolean;
}

/**
 * Brings traces as far as one round can: decides them where nobody has, claims what is not yet claimed, takes over from
 * owners that died. {@link ClaimStates} draws the life of a claim.
 *
 * When the first claim of a trace is on record, the trace is looked at once more before its object is created, because
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
 * Without the second look neither a claim nor a message names f2 any more. One is enough: whoever acknowledges a
 * fragment of a trace without a record found it in the buffer before the record was there.
 */
export class TraceSettler {
  readonly #deps: SettleDeps;
  readonly #round: ArchiveRound;
  readonly #summary: DecideSummary;

  constructor(deps: SettleDeps, round: ArchiveRound, summary: DecideSummary) {
    this.#deps = deps;
    this.#round = round;
    this.#summary = summary;
  }

  /** Never throws: a trace that cannot be settled must not hold up the others. */
  async settle(traceId: string, hashes: ReadonlySet<string>): Promise<Standings | 'not looked at'> {
    try {
      const standings = await this.#settle(traceId, hashes, SMALL_TRACE);
      if (standings !== 'larger') return standings;
      return await this.#deps.largeTraces.run(async () => {
        const ofLarge = this.#deps.canLook() ? await this.#settle(traceId, hashes, LARGEST_TRACE) : 'larger';
        return ofLarge === 'larger' ? 'not looked at' : ofLarge;
      });
    } catch (error) {
      addFailure(this.#summary, traceId, error);
      if (!(error instanceof TraceTooLargeError)) return allOpen(hashes);
      return standingsOfTooLarge(error, hashes, this.#deps.claimStates).catch(() => allOpen(hashes));
    }
  }

  /** `larger`: the trace is larger than the limit, and not the largest that there may be. */
  async #settle(traceId: string, hashes: ReadonlySet<string>, limit: TraceSize): Promise<Standings | 'larger'> {
    for (let lap = 0; lap < MAX_LAPS; lap++) {
      const buffered = await this.#read(traceId, limit);
      if (buffered === 'larger') return buffered;
      const step =
        buffered.decision === undefined
          ? await this.#decide(traceId, buffered, hashes)
          : await this.#continue(traceId, buffered.fragments, buffered.decision, hashes);
      if (!('record' in step)) return step;
      const claim = await this.#claim(traceId, step, buffered);
      const claimed = new Set(claim?.fragments);
      if (claim !== undefined && [...hashes].every((hash) => claimed.has(hash))) {
        return allAt(hashes, { claimedAt: claim.key });
      }
    }
    return allOpen(hashes);
  }

  async #read(traceId: string, limit: TraceSize): Promise<BufferedTrace | 'larger'> {
    try {
      return await this.#deps.buffer.read(traceId, { limit });
    } catch (error) {
      if (limit !== LARGEST_TRACE && error instanceof TraceTooLargeError) return 'larger';
      throw error;
    }
  }

  /**
   * Records a claim and gives its lines to the round. Where the claim may be on record without its lines being there, the
   * round gives the object up. Resolves to what is on record; `undefined`: somebody else was faster.
   */
  async #claim(traceId: string, attempt: Attempt, before: BufferedTrace): Promise<Claim | undefined> {
    let isCertain = false;
    try {
      const answer = await this.#deps.buffer.record(traceId, attempt.record).catch((error: unknown) => {
        if (!(error instanceof TraceTooLargeError)) throw error;
        isCertain = true;
        attempt.putBack?.();
        throw new TraceTooLargeError(error.message, before.decision);
      });
      if (answer === 'recorded') attempt.count();
      let claim: Claim | undefined = attempt.claim;
      let larger: Attempt | undefined;
      if (answer === 'conflict' || attempt.isFirst) {
        const after = await this.#deps.buffer.read(traceId, { known: before.fragments });
        if (!isRecorded(attempt, after.decision)) {
          // Fenced and taken over already, or never recorded. A first try that succeeded unheard conflicts with itself.
          if (answer === 'conflict') attempt.putBack?.();
          isCertain = true;
          return undefined;
        }
        if (answer === 'conflict') attempt.count();
        if (attempt.isFirst) larger = this.#takeInMissed(traceId, attempt, after);
        if (larger !== undefined) claim = await this.#claim(traceId, larger, after);
      }
      if (larger === undefined) this.#round.add(attempt.record.partition, attempt.lines);
      isCertain = true;
      return claim;
    } finally {
      if (!isCertain) this.#round.abandon(attempt.record.partition);
    }
  }

  /** The first claim with the fragments that are in no claim; `undefined` when there are none. */
  #takeInMissed(traceId: string, first: Attempt, { decision, fragments }: BufferedTrace): Attempt | undefined {
    const claim = decision?.claims[0];
    if (decision === undefined || claim === undefined) return undefined;
    const claimed = new Set(decision.claims.flatMap((each) => each.fragments));
    if (fragments.every(({ hash }) => claimed.has(hash))) return undefined;
    const larger = this.#replace(traceId, fragments, decision, claim);
    const count = () => {
      this.#summary.sampledSpans += (larger?.spanCount ?? 0) - first.spanCount;
    };
    return larger && { ...larger, count };
  }

  /** Nobody has decided to keep the trace so far. */
  async #decide(
    traceId: string,
    { fragments }: BufferedTrace,
    hashes: ReadonlySet<string>,
  ): Promise<Attempt | Standings> {
    const present = hashesOf(fragments);
    // One that is not there has expired under a lagging queue: handed on, it ends at the dead letters and not in silence.
    const standings = new Map([...hashes].map((hash) => [hash, present.has(hash) ? 'settled' : 'open'] as const));
    const first = fragments[0];
    if (first === undefined || ![...hashes].some((hash) => present.has(hash))) return standings;

    const trace = assembleTrace(traceId, fragments);
    const isFirstLook = hashes.has(first.hash);
    const { answer: decision, putBack } = await this.#deps.allowances.evaluate(
      (allowances) => this.#deps.evaluate(trace, allowances),
      { receivedAtMs: first.receivedAtMs, isFirst: isFirstLook },
    );
    for (const { policy, message } of decision.errors) increment(this.#summary.policyErrors, `${policy}: ${message}`);
    if (decision.outcome !== 'sampled') {
      if (isFirstLook) {
        this.#summary.received++;
        this.#summary[decision.outcome === 'dropped' ? 'dropped' : 'notSampled']++;
      }
      return standings;
    }
    const startMs = Number(earliestStart(trace) / 1_000_000n);
    const partition = partitionOf(startMs, first.receivedAtMs);
    const undecided = {
      policy: decision.policy,
      adjustedCount: decision.adjustedCount,
      ...(decision.threshold !== undefined && { threshold: decision.threshold }),
      partition,
      claims: [],
      version: 0,
    };
    const attempt = this.#attempt(traceId, undecided, { written: [], fragments, position: 0 });
    if (attempt === undefined) throw new Error('a sampled trace has no spans to write');
    const count = () => {
      this.#summary.sampled++;
      this.#summary.sampledSpans += attempt.spanCount;
      increment(this.#summary.byPolicy, decision.policy);
      for (const { policy, vote } of decision.votes) if (vote === 'sampled') increment(this.#summary.votes, policy);
      this.#summary[isFirstLook ? 'received' : 'rescued']++;
    };
    return { ...attempt, count, putBack, isFirst: true };
  }

  /** The trace is kept: fragments of committed claims are done, others are taken over or written as late spans. */
  async #continue(
    traceId: string,
    fragments: readonly BufferedFragment[],
    record: DecisionRecord,
    hashes: ReadonlySet<string>,
  ): Promise<Attempt | Standings> {
    const firstClaim = record.claims[0];
    if (firstClaim === undefined) throw new Error('the decision record has no claims');
    const present = hashesOf(fragments);
    const claimOf = new Map(record.claims.flatMap((claim) => claim.fragments.map((hash) => [hash, claim] as const)));
    const ownKey = this.#round.keyFor(record.partition);
    const standings = new Map<string, FragmentStanding>();
    for (const hash of hashes) {
      const isLate = !claimOf.has(hash);
      // Late spans wait for the trace itself: should its claim be taken over, that takes them in.
      const claim = claimOf.get(hash) ?? firstClaim;
      const state = claim.key === ownKey ? 'own' : await this.#deps.claimStates.stateOf(claim);
      if (state === 'own' && !isLate) {
        standings.set(hash, { claimedAt: ownKey });
      } else if (state === 'committed' && !isLate) {
        if (hash === fragments[0]?.hash) this.#summary.received++;
        standings.set(hash, 'settled');
      } else if (state === 'own' || state === 'young' || !present.has(hash)) {
        standings.set(hash, 'open');
      } else {
        const attempt =
          state === 'fenced'
            ? this.#takeOver(traceId, fragments, record, claim)
            : await this.#claimLate(traceId, fragments, record, claimOf);
        if (attempt !== undefined) return attempt;
        standings.set(hash, 'settled');
      }
    }
    return standings;
  }

  /** Writes what a fenced claim promised under the key of this round. */
  #takeOver(
    traceId: string,
    fragments: readonly BufferedFragment[],
    record: DecisionRecord,
    fenced: Claim,
  ): Attempt | undefined {
    const attempt = this.#replace(traceId, fragments, record, fenced);
    return attempt && { ...attempt, count: () => this.#summary.fenced++ };
  }

  /** Claims anew what a claim holds. The first claim of a trace takes in all that nobody else has claimed. */
  #replace(
    traceId: string,
    fragments: readonly BufferedFragment[],
    record: DecisionRecord,
    claim: Claim,
  ): ClaimAttempt | undefined {
    const position = record.claims.indexOf(claim);
    const others = new Set(record.claims.filter((other) => other !== claim).flatMap((other) => other.fragments));
    // A span that is in several claims is written by the first of them. Later ones may have counted on this one.
    const earlier = new Set(record.claims.slice(0, position).flatMap((other) => other.fragments));
    const own = new Set(claim.fragments);
    return this.#attempt(traceId, record, {
      written: fragments.filter(({ hash }) => earlier.has(hash)),
      fragments: fragments.filter(({ hash }) => !others.has(hash) && (own.has(hash) || position === 0)),
      position,
    });
  }

  /** Claims all fragments that no claim holds. */
  async #claimLate(
    traceId: string,
    fragments: readonly BufferedFragment[],
    record: DecisionRecord,
    claimOf: ReadonlyMap<string, Claim>,
  ): Promise<Attempt | undefined> {
    const late = fragments.filter(({ hash }) => !claimOf.has(hash));
    const written = fragments.filter(({ hash }) => claimOf.has(hash));
    const folded = await foldCommittedClaims(record, this.#deps.claimStates);
    const attempt = this.#attempt(traceId, folded, { written, fragments: late, position: folded.claims.length });
    const decidedAtMs = record.claims[0]?.claimedAtMs ?? 0;
    return attempt && { ...attempt, count: () => addLate(this.#summary, late, decidedAtMs) };
  }

  #attempt(
    traceId: string,
    record: DecisionRecord,
    what: Pick<Parameters<typeof attemptClaim>[0], 'written' | 'fragments' | 'position'>,
  ): ClaimAttempt | undefined {
    const key = this.#round.keyFor(record.partition);
    return attemptClaim({ traceId, record, ...what, key, nowMs: this.#deps.clock.now() });
  }
}

function hashesOf(fragments: readonly BufferedFragment[]): ReadonlySet<string> {
  return new Set(fragments.map((fragment) => fragment.hash));
}
