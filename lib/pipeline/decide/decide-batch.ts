import { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { Clock, Evaluate, KeyTables, LimitStore, SpanBuffer, TraceArchive, WakeUpQueue } from '../ports.ts';
import { OneAtATime } from '../trace-limits.ts';
import { type FragmentsByTrace, fragmentsByTrace, isDue, type ReceivedWakeUp, wakeUpsNaming } from '../wake-ups.ts';
import { ArchiveRound } from './archive-round.ts';
import { ClaimStates } from './claim-states.ts';
import { sortMissing } from './expiry.ts';
import { HashLists } from './hash-lists.ts';
import { LooksAtPart } from './looks-at-part.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from './options.ts';
import {
  lastFailures,
  missingFragments,
  openFragments,
  type SettledTrace,
  type TraceTooLarge,
  tooLargeFragments,
} from './outcome.ts';
import {
  deadLetterExpired,
  deadLetterTooLarge,
  requeueEarly,
  requeueUnprocessed,
  requeueUnsettled,
} from './requeue.ts';
import { settleTrace } from './settle-trace.ts';
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
}

export interface DecideBatch {
  readonly received: readonly ReceivedWakeUp[];
  /** Applies the policies. One batch is decided by one version of them. */
  readonly evaluate: Evaluate;
  /** Whether there still is time to examine another trace, and to commit what was claimed. @default always */
  readonly hasTime?: () => boolean;
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
 *                      └─ yes ─▶ rounds: settleTrace, many at a time ─▶ create the objects of the round = commit
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
  readonly #largeTraces = new OneAtATime();
  readonly #hashLists: HashLists;
  readonly #looksAtPart: LooksAtPart;

  constructor(deps: DecideDeps, options: DecideOptions = DEFAULT_DECIDE_OPTIONS) {
    this.#deps = deps;
    this.#options = options;
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
    const due = received.filter(({ wakeUp }) => isDue(wakeUp, startMs));
    const early = received.filter(({ wakeUp }) => !isDue(wakeUp, startMs));
    const requeued = [await requeueEarly(early, this.#deps)];

    const traces = fragmentsByTrace(due);
    const first = await this.#settleAll(traces, batch);
    // Most of what is open now was claimed by an invocation that ran at the same time and has committed by now.
    const again = await this.#settleAll(first.open, batch);
    await this.#allowances.releaseAll();

    const { bufferTtlMs } = this.#options;
    const missing = new Map([...first.missing, ...again.missing]);
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
    });
    return { failedMessageIds: [...new Set(requeued.flatMap((each) => each.failedMessageIds))], summary };
  }

  /** Settles traces in rounds of bounded memory, as long as there is time. */
  async #settleAll(waiting: FragmentsByTrace, { evaluate, hasTime = () => true }: DecideBatch): Promise<Settled> {
    const { concurrency, maxRoundBytes, maxRoundMs } = this.#options;
    const { clock } = this.#deps;
    const settled: SettledTrace[] = [];
    const objectBytes: number[] = [];
    const open = new Map<string, ReadonlySet<string>>();
    const missing = new Map<string, ReadonlySet<string>>();
    const queue = [...waiting];
    let next = 0;
    while (next < queue.length && hasTime()) {
      const round = new ArchiveRound(this.#deps.newId(), this.#deps);
      const roundEndsAtMs = clock.now() + maxRoundMs;
      const canExamine = () => hasTime() && !round.isOver(maxRoundBytes) && clock.now() < roundEndsAtMs;
      const settleDeps = {
        ...this.#deps,
        evaluate,
        claimStates: this.#claimStates,
        allowances: this.#allowances,
        largeTraces: this.#largeTraces,
        hashLists: this.#hashLists,
        looksAtPart: this.#looksAtPart,
        wholeUpTo: this.#options.largeTraces.wholeUpTo,
        round,
        canExamine,
      };
      const examined: SettledTrace[] = [];
      const work = async () => {
        for (let entry = queue[next]; entry !== undefined && canExamine(); entry = queue[next]) {
          next += 1;
          const [traceId, hashes] = entry;
          const result = await settleTrace(traceId, hashes, settleDeps);
          // When its turn came the round was over: the next round takes it.
          if (result === 'not examined') queue.push(entry);
          else examined.push(result);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      const committed = await round.commit();
      this.#claimStates.remember(committed.keys());
      objectBytes.push(...committed.values());
      for (const trace of examined) {
        const remaining = openFragments(trace.standings, committed);
        if (remaining.size > 0) open.set(trace.traceId, remaining);
        const gone = missingFragments(trace.standings);
        if (gone.size > 0) missing.set(trace.traceId, gone);
        settled.push(trace);
      }
    }
    return {
      settled,
      objectBytes,
      open,
      missing,
      unprocessed: new Map(queue.slice(next)),
      tooLarge: settled.flatMap(tooLargeFragments),
    };
  }
}

/** What the rounds of a batch came to. */
interface Settled {
  readonly settled: readonly SettledTrace[];
  /** Bytes of the lines of each object that was created. */
  readonly objectBytes: readonly number[];
  /** Examined, and still open. */
  readonly open: FragmentsByTrace;
  /** Neither in a claim nor in the buffer. */
  readonly missing: FragmentsByTrace;
  /** What there was no time for. */
  readonly unprocessed: FragmentsByTrace;
  /** What examining again would not settle. */
  readonly tooLarge: readonly TraceTooLarge[];
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
