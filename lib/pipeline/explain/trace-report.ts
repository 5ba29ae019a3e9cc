import type { ExplainedDecision } from '../../sampling/explain-policies.ts';

/** What became of a trace, as far as the pipeline knows at one moment. Times are milliseconds since the epoch. */
export interface TraceReport {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** When it was looked up. */
  readonly asOfMs: number;
  readonly fate: Fate;
  /** The fragments of the trace in arrival order, as far as the buffer still has anything of them. */
  readonly arrivals: readonly ArrivedFragment[];
  /** The dead letters that name it. */
  readonly deadLetters: readonly DeadLetterOfTrace[];
  /** There are more dead letters than were looked through, so that some of this trace may not have been found. */
  readonly hasMoreDeadLetters: boolean;
}

/**
 * - `unknown`: no span of it came while the buffer keeps spans, and it was not kept while decisions are remembered
 * - `waiting`: its decision is not due yet
 * - `overdue`: its decision is due, the policies keep it as of now, and nothing is recorded: its wake-up is late, or the policies have
 *   changed since they last saw the trace
 * - `not_sampled`: no policy keeps it as of now. Spans that come while the buffer has the others can still change that
 * - `dropped`: a policy drops it as of now. That can change, too
 * - `kept`: a policy has kept it
 * - `dead_lettered`: deciding it was given up, and it waits for a person
 * - `too_large`: it is over a limit, and is not decided
 * - `expired`: its spans left the buffer before it was kept
 */
export type Fate =
  | { readonly state: 'unknown' }
  | { readonly state: 'waiting' | 'overdue'; readonly dueAtMs: number; readonly explained: ExplainedDecision }
  | {
      readonly state: 'not_sampled' | 'dropped';
      readonly explained: ExplainedDecision;
      /** When a fragment makes the pipeline look at it again; undefined: all of them have. */
      readonly nextLookAtMs: number | undefined;
      /** When the first of its spans leave the buffer. */
      readonly leavesAtMs: number;
    }
  | KeptFate
  | { readonly state: 'dead_lettered'; readonly reason: string; readonly explained: ExplainedDecision | undefined }
  | { readonly state: 'too_large'; readonly reason: string }
  | { readonly state: 'expired'; readonly leftAtMs: number };

export interface KeptFate {
  readonly state: 'kept';
  /** The policy that gets the credit. */
  readonly policy: string;
  /** What it keeps as of now, in plain words; undefined: there is no such policy any more, or there never was (`restored`). */
  readonly keeps: string | undefined;
  /** As in `DecisionRecord`. */
  readonly adjustedCount: number | null;
  readonly decidedAtMs: number;
  /** The archive objects with its lines, first claim first. Those of late spans may have been folded into the first. */
  readonly objects: readonly ObjectOfTrace[];
  /** Lines that the claims have written, or will write. */
  readonly lineCount: number;
}

/**
 * - `written`: the object is there
 * - `pending`: it will be, unless its writer has died; the next wake-up finds out
 * - `fenced`: its writer died before; the next wake-up writes the spans elsewhere
 */
export interface ObjectOfTrace {
  /** As the pipeline names it, without the folder of a tenant. */
  readonly key: string;
  readonly state: 'written' | 'pending' | 'fenced';
}

export interface ArrivedFragment {
  readonly hash: string;
  readonly receivedAtMs: number;
  /** When the buffer forgets it. */
  readonly expiresAtMs: number;
  readonly spanCount: number;
  readonly isExpired: boolean;
  /** Whether a claim holds it, of a trace that is kept. */
  readonly isClaimed: boolean;
  /** When it makes the pipeline look at the trace, by the policies of now. Undefined: it has expired, or is too large to be read. */
  readonly dueAtMs: number | undefined;
  /** Its spans by `service.name`; '' has none. Undefined as {@link dueAtMs}. */
  readonly services: ReadonlyMap<string, number> | undefined;
}

export interface DeadLetterOfTrace {
  /** Why it was given up; '' when the queue itself gave it up. */
  readonly reason: string;
  /** The fragments of this trace that it names. */
  readonly fragments: number;
}
