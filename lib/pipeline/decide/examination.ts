import type { Decision } from '../../sampling/evaluate-policies.ts';
import type { FleetAllowances } from '../allowances/fleet-allowances.ts';
import { type BufferedFragment, type Clock, type Evaluate, type SpanBuffer, TraceTooLargeError } from '../ports.ts';
import { LARGEST_TRACE, type TraceSize } from '../trace-limits.ts';
import type { ArchiveRound } from './archive-round.ts';
import type { ClaimTarget } from './claim-attempt.ts';
import type { ClaimStates } from './claim-states.ts';
import type { HashLists } from './hash-lists.ts';
import type { LooksAtPart } from './looks-at-part.ts';
import type { Standings, TraceOutcome } from './outcome.ts';
import type { Restores } from './restores.ts';

export interface SettleDeps {
  readonly buffer: SpanBuffer;
  readonly clock: Clock;
  readonly claimStates: ClaimStates;
  readonly allowances: FleetAllowances;
  readonly evaluate: Evaluate;
  /** Fingerprint of the policies. */
  readonly policies: string;
  /** What an operator restores. */
  readonly restores: Restores;
  /** The decision on a trace that is restored. */
  readonly restore: (decision: Decision) => Decision;
  readonly hashLists: HashLists;
  readonly looksAtPart: LooksAtPart;
  /** As in `LargeTraceOptions`. */
  readonly wholeUpTo: number;
  /** As in `LargeTraceOptions`. */
  readonly policyLooks: number;
  readonly round: ArchiveRound;
}

/** The examination of one trace by one round: what the wake-ups name of it, and what has happened so far. */
export class Examination {
  readonly traceId: string;
  /** The fragments that the wake-ups name. */
  readonly hashes: ReadonlySet<string>;
  readonly deps: SettleDeps;
  readonly outcomes: TraceOutcome[] = [];

  constructor(traceId: string, hashes: ReadonlySet<string>, deps: SettleDeps) {
    this.traceId = traceId;
    this.hashes = hashes;
    this.deps = deps;
  }

  /** A claim of this round, now. */
  target(): ClaimTarget {
    return { traceId: this.traceId, round: this.deps.round, nowMs: this.deps.clock.now() };
  }

  /** Whether the trace is received here, if this is its earliest fragment. */
  receives(hash: string): boolean {
    return this.hashes.has(hash) && this.deps.restores.isReceived(this.traceId, hash);
  }

  /** Whether an operator has the trace kept, whatever the policies say. */
  get isRestored(): boolean {
    return this.deps.restores.has(this.traceId);
  }

  /** Of a trace that no claim holds. */
  settledIf(isThere: (hash: string) => boolean): Standings {
    return new Map([...this.hashes].map((hash) => [hash, isThere(hash) ? 'settled' : 'missing'] as const));
  }
}

/** What is read, unless it is larger than the limit, and the limit is not that of the largest trace. */
export async function within<Read>(limit: TraceSize, reading: Promise<Read>): Promise<Read | 'larger'> {
  try {
    return await reading;
  } catch (error) {
    if (limit !== LARGEST_TRACE && error instanceof TraceTooLargeError) return 'larger';
    throw error;
  }
}

export function hashesOf(fragments: readonly BufferedFragment[]): ReadonlySet<string> {
  return new Set(fragments.map((fragment) => fragment.hash));
}
