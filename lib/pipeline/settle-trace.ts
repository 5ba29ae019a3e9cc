import { earliestStart } from '../otlp/trace-summary.ts';
import { partitionOf } from './archive-key.ts';
import type { ArchiveRound } from './archive-round.ts';
import { assembleTrace, attemptClaim, type ClaimAttempt, isRecorded } from './claim-attempt.ts';
import type { ClaimStates } from './claim-states.ts';
import { addFailure, addLate, type DecideSummary, increment } from './decide-summary.ts';
import { TraceTooLargeError } from './errors.ts';
import type { Evaluate } from './evaluate.ts';
import type { FleetAllowances } from './fleet-allowances.ts';
import { foldCommittedClaims } from './fold-claims.ts';
import type { BufferedFragment, BufferedTrace, Claim, Clock, DecisionRecord, SpanBuffer } from './ports.ts';

export interface SettleDeps {
  readonly buffer: SpanBuffer;
  readonly clock: Clock;
  readonly claimStates: ClaimStates;
  readonly allowances: FleetAllowances;
  readonly evaluate: Evaluate;
}

/**
 * Where a fragment that a wake-up names stands.
 * - `settled`: written and committed, or of a trace that is not sampled; nothing is left to do
 * - `claimed`: it will be committed with the object at `key`, which belongs to this round
 * - `open`: in somebody else's claim, or something did not work: look again later
 */
export type FragmentStanding = 'settled' | 'open' | { readonly claimedAt: string };
export type Standings = ReadonlyMap<string, FragmentStanding>;

/** Each lap either answers or loses one race; after losing so many in a row it is somebody else's turn. */
const MAX_LAPS = 6;

/** An attempt to claim, and what to count once it is on record. */
interface Attempt extends ClaimAttempt {
  readonly count: () => void;
  /** To call when it is not on record, and never will be: somebody else has decided. */
  readonly putBack?: () => void;
}

/**
 * Brings traces as far as one round can: decides them where nobody has, claims what is not yet claimed, takes over from
 * owners that died. {@link ClaimStates} draws the life of a claim.
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
  async settle(traceId: string, hashes: ReadonlySet<string>): Promise<Standings> {
    try {
      return await this.#settle(traceId, hashes);
    } catch (error) {
      addFailure(this.#summary, traceId, error);
      return allOpen(hashes);
    }
  }

  async #settle(traceId: string, hashes: ReadonlySet<string>): Promise<Standings> {
    let attempt: Attempt | undefined;
    try {
      for (let lap = 0; lap < MAX_LAPS; lap++) {
        const buffered = await this.#deps.buffer.read(traceId);
        if (attempt !== undefined && isRecorded(attempt, buffered.decision)) this.#own(attempt);
        else attempt?.putBack?.();
        attempt = undefined;
        const { decision } = buffered;
        const step: Attempt | Standings =
          decision === undefined
            ? await this.#decide(traceId, buffered, hashes)
            : await this.#continue(traceId, buffered.fragments, decision, hashes);
        if (!('record' in step)) return step;
        attempt = step;
        if ((await this.#deps.buffer.record(traceId, step.record)) === 'recorded') {
          this.#own(step);
          attempt = undefined;
          const claimed = new Set(step.claim.fragments);
          if ([...hashes].every((hash) => claimed.has(hash))) return allAt(hashes, { claimedAt: step.claim.key });
        }
      }
      return allOpen(hashes);
    } catch (error) {
      if (error instanceof TraceTooLargeError) {
        attempt?.putBack?.();
        attempt = undefined;
      }
      throw error;
    } finally {
      // No answer: the claim may be on record, now or later, and its lines are not in the object.
      if (attempt !== undefined) this.#round.abandon(attempt.record.partition);
    }
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
      sampleWeight: decision.sampleWeight,
      ...(decision.threshold !== undefined && { threshold: decision.threshold }),
      partition,
      claims: [],
      version: 0,
    };
    const attempt = this.#attempt(traceId, undecided, { written: [], fragments, position: 0 });
    if (attempt === undefined) throw new Error('a sampled trace has no spans to write');
    const count = () => {
      this.#summary.sampled++;
      this.#summary.sampledSpans += trace.spanCount;
      increment(this.#summary.byPolicy, decision.policy);
      for (const { policy, vote } of decision.votes) if (vote === 'sampled') increment(this.#summary.votes, policy);
      this.#summary[isFirstLook ? 'received' : 'rescued']++;
    };
    return { ...attempt, count, putBack };
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

  /** Replaces a fenced claim. The first claim of a trace takes in all that nobody else has claimed. */
  #takeOver(
    traceId: string,
    fragments: readonly BufferedFragment[],
    record: DecisionRecord,
    fenced: Claim,
  ): Attempt | undefined {
    const position = record.claims.indexOf(fenced);
    const others = new Set(record.claims.filter((claim) => claim !== fenced).flatMap((claim) => claim.fragments));
    // A span that is in several claims is written by the first of them. Later ones may have counted on this one.
    const earlier = new Set(record.claims.slice(0, position).flatMap((claim) => claim.fragments));
    const own = new Set(fenced.fragments);
    const attempt = this.#attempt(traceId, record, {
      written: fragments.filter(({ hash }) => earlier.has(hash)),
      fragments: fragments.filter(({ hash }) => !others.has(hash) && (own.has(hash) || position === 0)),
      position,
    });
    return attempt && { ...attempt, count: () => this.#summary.fenced++ };
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

  #own({ record, lines, count }: Attempt): void {
    this.#round.add(record.partition, lines);
    count();
  }
}

function hashesOf(fragments: readonly BufferedFragment[]): ReadonlySet<string> {
  return new Set(fragments.map((fragment) => fragment.hash));
}

function allAt(hashes: ReadonlySet<string>, standing: FragmentStanding): Standings {
  return new Map([...hashes].map((hash) => [hash, standing]));
}

function allOpen(hashes: ReadonlySet<string>): Standings {
  return allAt(hashes, 'open');
}
