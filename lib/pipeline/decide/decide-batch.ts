import { type Decision, restoredDecision } from '../../sampling/evaluate-policies.ts';
import { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { Clock, Evaluate, KeyTables, LimitStore, SpanBuffer, TraceArchive, WakeUpQueue } from '../ports.ts';
import { OneAtATime } from '../trace-limits.ts';
import {
  allFragments,
  type FragmentsByTrace,
  fragmentsByTrace,
  isDue,
  type ReceivedWakeUp,
  wakeUpsNaming,
} from '../wake-ups.ts';
import { ClaimStates } from './claim-states.ts';
import { type SlowEvaluation, withinTime } from './evaluation-time.ts';
import { sortMissing } from './expiry.ts';
import { HashLists } from './hash-lists.ts';
import { LooksAtPart } from './looks-at-part.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from './options.ts';
import { lastFailures } from './outcome.ts';
import {
  deadLetterDeadly,
  deadLetterExpired,
  deadLetterTooLarge,
  requeueApart,
  requeueEarly,
  requeueUnprocessed,
  requeueUnsettled,
} from './requeue.ts';
import { restoresOf } from './restores.ts';
import { type RoundsDeps, type Settled, settleInRounds } from './settle-rounds.ts';
import { type DecideSummary, tally } from './tally.ts';

export interface DecideDeps {
  readonly buffer: SpanBuffer;
  readonly archive: TraceArchive;
  readonly wakeUps: WakeUpQueue;
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
  readonly clock: Clock;
  /** 16 hex digits, different each time, and from those of every other process. */
  readonly newId: () => string;
  /** Shared by all deciders of a process: its memory holds one large trace at a time. @default this decider alone */
  readonly largeTraces?: OneAtATime;
}

export interface DecideBatch {
  readonly received: readonly ReceivedWakeUp[];
  /** Applies the policies. One batch is decided by one version of them. */
  readonly evaluate: Evaluate;
  /** The decision on a trace that a wake-up restores, made from that of the policies. @default kept in any case, without `th` */
  readonly restore?: (decision: Decision) => Decision;
  /** Fingerprint of these policies (`SamplingConfig`): notes on large traces name it. */
  readonly policies: string;
  /** Whether there still is time to examine another trace, and to commit what was claimed. @default always */
  readonly hasTime?: () => boolean;
  /** Whether there is no time left for evaluations under way either. @default never */
  readonly mustStop?: () => boolean;
}

export interface DecideResult {
  /**
   * Messages that must come back. Every other one can be acknowledged: what it lists is settled, or listed in a message sent
   * since.
   */
  readonly failedMessageIds: readonly string[];
  readonly summary: DecideSummary;
}

/**
 * The use case behind the queue: examines the traces that a batch of wake-ups names, decides them, and writes the sampled
 * ones to the archive. Every step may be repeated, run in two invocations at once, and be cut off by a crash.
 * ```
 *   wake-ups ── due? ──┬─ no ──▶ requeueEarly
 *                      └─ yes ─▶ settleInRounds: settle the traces ─▶ create the objects of the round = commit
 *                                  ├─ still open: once more, then requeueUnsettled
 *                                  ├─ no time left: requeueUnprocessed
 *                                  ├─ expired: deadLetterExpired
 *                                  └─ over a limit: deadLetterTooLarge
 *   acknowledge every message but those in failedMessageIds
 * ```
 * A wake-up is acknowledged only when each of its fragments is in an archive object that exists, or its trace is not
 * sampled; what cannot be settled now is sent to the queue again before the acknowledgement.
 *
 * An instance lives as long as its process: it remembers which objects exist, the lists of large traces, and what it holds of
 * the limits.
 */
export class Decider {
  readonly #deps: DecideDeps;
  readonly #options: DecideOptions;
  readonly #claimStates: ClaimStates;
  readonly #allowances: FleetAllowances;
  readonly #largeTraces: OneAtATime;
  readonly #hashLists: HashLists;
  readonly #looksAtPart: LooksAtPart;

  constructor(deps: DecideDeps, options: DecideOptions = DEFAULT_DECIDE_OPTIONS) {
    this.#deps = deps;
    this.#options = options;
    this.#largeTraces = deps.largeTraces ?? new OneAtATime();
    this.#claimStates = new ClaimStates(deps, options);
    this.#allowances = new FleetAllowances(deps);
    this.#hashLists = new HashLists(deps.buffer, options.largeTraces);
    this.#looksAtPart = new LooksAtPart({
      ...options.largeTraces,
      buffer: deps.buffer,
      allowances: this.#allowances,
    });
  }

  /** Does not throw because of single traces or messages: those are in the summary. */
  async decideBatch(batch: DecideBatch): Promise<DecideResult> {
    const { received } = batch;
    const startMs = this.#deps.clock.now();
    this.#allowances.startBatch();
    const examined = received.filter(({ instead }) => instead === undefined);
    const due = examined.filter(({ wakeUp }) => isDue(wakeUp, startMs));
    const early = examined.filter(({ wakeUp }) => !isDue(wakeUp, startMs));
    const requeued = [
      await requeueEarly(early, this.#deps),
      await requeueApart(
        received.filter(({ instead }) => instead === 'hand on'),
        this.#deps,
      ),
      await deadLetterDeadly(
        received.filter(({ instead }) => instead === 'give up'),
        this.#deps,
      ),
    ];

    const traces = fragmentsByTrace(due);
    const slowEvaluations: SlowEvaluation[] = [];
    const { clock } = this.#deps;
    const { mustStop = () => false, hasTime = () => true } = batch;
    const onSlow = (slow: SlowEvaluation) => slowEvaluations.push(slow);
    const { restore = restoredDecision } = batch;
    const inTime = {
      hasTime,
      policies: batch.policies,
      evaluate: withinTime(batch.evaluate, { clock, mustStop, onSlow }),
      restore,
      restores: restoresOf(due),
    };
    const first = await this.#settle(traces, inTime);
    // Most of what is open now was claimed by an invocation that ran at the same time and has committed by now.
    const again = await this.#settle(first.open, inTime);
    await this.#allowances.releaseAll();

    const { bufferTtlMs } = this.#options;
    const missing = allFragments([...first.missing, ...again.missing]);
    const { expired, lost } = sortMissing(due, missing, this.#deps.clock.now(), bufferTtlMs);
    const open = wakeUpsNaming(new Map([...again.open, ...again.unprocessed]), due);
    const whyOpen = lastFailures([...first.settled, ...again.settled]);
    requeued.push(...(await requeueUnsettled(together(open, lost), whyOpen, this.#deps, this.#options)));
    requeued.push(await requeueUnprocessed(due, first.unprocessed, this.#deps));
    requeued.push(await deadLetterExpired(expired, this.#deps, bufferTtlMs));
    requeued.push(await deadLetterTooLarge(due, [...first.tooLarge, ...again.tooLarge], this.#deps));
    const summary = tally({
      wakeUpCount: received.length,
      maxLagMs: Math.max(0, ...due.map(({ wakeUp }) => startMs - wakeUp.dueAtMs)),
      durationMs: this.#deps.clock.now() - startMs,
      traceCount: traces.size - first.unprocessed.size,
      settled: [...first.settled, ...again.settled],
      objectBytes: [...first.objectBytes, ...again.objectBytes],
      requeued,
      slowEvaluations,
    });
    return { failedMessageIds: [...new Set(requeued.flatMap((each) => each.failedMessageIds))], summary };
  }

  #settle(
    waiting: FragmentsByTrace,
    ofBatch: Pick<RoundsDeps, 'evaluate' | 'policies' | 'hasTime' | 'restore' | 'restores'>,
  ): Promise<Settled> {
    const deps = {
      ...this.#deps,
      ...ofBatch,
      claimStates: this.#claimStates,
      allowances: this.#allowances,
      largeTraces: this.#largeTraces,
      hashLists: this.#hashLists,
      looksAtPart: this.#looksAtPart,
      wholeUpTo: this.#options.largeTraces.wholeUpTo,
      policyLooks: this.#options.largeTraces.policyLooks,
    };
    return settleInRounds(waiting, deps, this.#options);
  }
}

/** Several wake-ups of one message as one, so that it is continued in one message. */
function together(...lists: readonly (readonly ReceivedWakeUp[])[]): readonly ReceivedWakeUp[] {
  const byMessage = Map.groupBy(lists.flat(), ({ messageId }) => messageId);
  return [...byMessage.values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const fragments = parts.flatMap(({ wakeUp }) => wakeUp.fragments);
    return [{ ...first, wakeUp: { ...first.wakeUp, fragments } }];
  });
}
