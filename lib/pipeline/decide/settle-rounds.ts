import { LARGEST_TRACE, type OneAtATime, SMALL_TRACE } from '../trace-limits.ts';
import type { FragmentsByTrace } from '../wake-ups.ts';
import { ArchiveRound, type ArchiveRoundDeps } from './archive-round.ts';
import type { SettleDeps } from './examination.ts';
import type { DecideOptions } from './options.ts';
import {
  missingFragments,
  openFragments,
  type SettledTrace,
  type TraceOutcome,
  type TraceTooLarge,
  tooLargeFragments,
} from './outcome.ts';
import { settleTrace } from './settle-trace.ts';

export interface RoundsDeps extends ArchiveRoundDeps, Omit<SettleDeps, 'round' | 'clock'> {
  /** 16 hex digits, different each time, and from those of every other process. */
  readonly newId: () => string;
  /** Whether there still is time to examine another trace, and to commit what was claimed. */
  readonly hasTime: () => boolean;
  /** Shared by everything that decides in this process, so that its memory holds one large trace at a time. */
  readonly largeTraces: OneAtATime;
}

export type RoundsOptions = Pick<DecideOptions, 'concurrency' | 'maxRoundBytes' | 'maxRoundMs'>;

/** What the rounds of a batch came to. */
export interface Settled {
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

/**
 * Settles traces in rounds of bounded memory, as long as there is time:
 * ```
 *   traces ── small ones, many at a time: a round ends with 8 MiB of lines, or after 10 s ──▶ its objects are created
 *        └─── large ones, when no small one is left: one at a time, each in a round of its own ──▶ its object is created
 * ```
 * So what a large trace does to the process, if it is slow or ends it, comes after the others have been committed.
 */
export async function settleInRounds(
  waiting: FragmentsByTrace,
  deps: RoundsDeps,
  options: RoundsOptions,
): Promise<Settled> {
  const rounds = new Rounds(deps, options);
  await rounds.settleSmall([...waiting].map(([traceId, hashes]) => ({ traceId, hashes, outcomes: [] })));
  await rounds.settleLarge();
  rounds.leaveBegun();
  return rounds.result();
}

interface WaitingTrace {
  readonly traceId: string;
  readonly hashes: ReadonlySet<string>;
  /** What has happened so far. */
  readonly outcomes: readonly TraceOutcome[];
}

class Rounds {
  readonly #deps: RoundsDeps;
  readonly #options: RoundsOptions;
  readonly #settled: SettledTrace[] = [];
  readonly #objectBytes: number[] = [];
  readonly #open = new Map<string, ReadonlySet<string>>();
  readonly #missing = new Map<string, ReadonlySet<string>>();
  readonly #unprocessed = new Map<string, ReadonlySet<string>>();
  readonly #large: WaitingTrace[] = [];
  /** Read, and left for want of time. */
  readonly #begun: WaitingTrace[] = [];

  constructor(deps: RoundsDeps, options: RoundsOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async settleSmall(queue: readonly WaitingTrace[]): Promise<void> {
    const { hasTime, clock } = this.#deps;
    const { concurrency, maxRoundBytes, maxRoundMs } = this.#options;
    let next = 0;
    while (next < queue.length && hasTime()) {
      const round = this.#newRound();
      const roundEndsAtMs = clock.now() + maxRoundMs;
      const settleDeps = { ...this.#deps, round };
      const canExamine = () => hasTime() && !round.isOver(maxRoundBytes) && clock.now() < roundEndsAtMs;
      const examined: SettledTrace[] = [];
      const work = async () => {
        for (let trace = queue[next]; trace !== undefined && canExamine(); trace = queue[next]) {
          next += 1;
          const result = await settleTrace(trace.traceId, trace.hashes, settleDeps, SMALL_TRACE);
          const { left, outcomes } = result;
          if (left === 'larger') this.#large.push({ ...trace, outcomes });
          else if (left === 'no time') this.#begun.push({ ...trace, outcomes });
          else examined.push(result);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      await this.#commit(round, examined);
    }
    for (const trace of queue.slice(next)) this.#leave(trace);
  }

  async settleLarge(): Promise<void> {
    if (!this.#deps.hasTime()) this.#begun.push(...this.#large.splice(0));
    for (const trace of this.#large) {
      await this.#deps.largeTraces.run(async () => {
        if (!this.#deps.hasTime()) return this.#leave(trace);
        const round = this.#newRound();
        const { traceId, hashes, outcomes } = trace;
        const result = await settleTrace(traceId, hashes, { ...this.#deps, round }, LARGEST_TRACE);
        const all = { ...result, outcomes: [...outcomes, ...result.outcomes] };
        await this.#commit(round, result.left === undefined ? [all] : []);
        if (result.left !== undefined) this.#begun.push({ ...trace, outcomes: all.outcomes });
      });
    }
  }

  /**
   * Where no trace was examined to its end, those that were begun are what takes the time: this was an attempt, or else there would be no
   * end of attempts. Otherwise they are left like those that there was no time to begin.
   */
  leaveBegun(): void {
    if (this.#settled.length > 0) {
      for (const trace of this.#begun) this.#leave(trace);
      return;
    }
    for (const { traceId, hashes, outcomes } of this.#begun) {
      const message = `could not examine trace ${traceId} in the time of an invocation`;
      this.#open.set(traceId, hashes);
      this.#settled.push({ traceId, outcomes: [...outcomes, { kind: 'failed', message }], standings: new Map() });
    }
  }

  result(): Settled {
    return {
      settled: this.#settled,
      objectBytes: this.#objectBytes,
      open: this.#open,
      missing: this.#missing,
      unprocessed: this.#unprocessed,
      tooLarge: this.#settled.flatMap(tooLargeFragments),
    };
  }

  #newRound(): ArchiveRound {
    return new ArchiveRound(this.#deps.newId(), this.#deps);
  }

  async #commit(round: ArchiveRound, examined: readonly SettledTrace[]): Promise<void> {
    const committed = await round.commit();
    this.#deps.claimStates.remember(committed.keys());
    this.#objectBytes.push(...committed.values());
    for (const trace of examined) {
      const remaining = openFragments(trace.standings, committed);
      if (remaining.size > 0) this.#open.set(trace.traceId, remaining);
      const gone = missingFragments(trace.standings);
      if (gone.size > 0) this.#missing.set(trace.traceId, gone);
      this.#settled.push(trace);
    }
  }

  #leave({ traceId, hashes, outcomes }: WaitingTrace): void {
    this.#unprocessed.set(traceId, hashes);
    if (outcomes.length > 0) this.#settled.push({ traceId, outcomes, standings: new Map() });
  }
}
