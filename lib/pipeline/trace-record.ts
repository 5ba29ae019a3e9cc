import type { ThresholdUpdate } from '../sampling/adjusted-count.ts';

/**
 * What the buffer remembers of a trace besides its fragments: a decision, or a note, or nothing. Both are the *record* of the
 * trace, and follow one another by version.
 */

/** A promise to write some fragments of a sampled trace at `key`. It is fulfilled once the object at `key` exists. */
export interface Claim {
  readonly key: string;
  /** Hashes of the fragments that the object at `key` holds, or will hold. In a first claim, the earliest fragment is the first. */
  readonly fragments: readonly string[];
  /** Names of the lists that hold more of them (`SpanBuffer.writeList`). @default none */
  readonly lists?: readonly string[];
  readonly claimedAtMs: number;
  /** `seq` of the first line that this claim writes for the trace; 0 only in the first claim of a trace. */
  readonly firstSeq: number;
  /** How many lines the claim writes. */
  readonly lineCount: number;
}

/** "This trace is sampled": the decision, and what of the trace has been claimed. */
export interface DecisionRecord {
  /** The policy that gets the credit. */
  readonly policy: string;
  /** Adjusted count of the trace; null when the probability is unknown. */
  readonly adjustedCount: number | null;
  /** How `th` changes in the trace states of its spans, including late ones. */
  readonly threshold?: ThresholdUpdate;
  /** The archive partition of every line of this trace, e.g. `dt=2026-11-21/hour=07`. */
  readonly partition: string;
  /** First claim first. */
  readonly claims: readonly Claim[];
  /** Number of writes of the record of this trace, from 1; the condition of the next write. */
  readonly version: number;
}

/**
 * "This trace is not sampled, as far as one look at all of it has seen": the record of a trace that has no decision. It only
 * saves work, so that small traces that are not sampled have no record at all.
 */
export interface LookNote {
  readonly outcome: 'not_sampled' | 'dropped';
  /** Hash of the earliest fragment. */
  readonly earliest: string;
  /** How many fragments the look has seen. */
  readonly fragmentCount: number;
  /** Names of the lists that hold the hashes of all of them (`SpanBuffer.writeList`). */
  readonly lists: readonly string[];
  /** Hashes of those that a look at a part of the trace takes in: with them, the part lasts as long as the whole. */
  readonly landmarks: readonly string[];
  /** The policies that sample the landmarks alone, though not the whole. */
  readonly landmarkVotes: readonly string[];
  /** Looks at the whole that a look at a part asked for, and that did not sample the trace. */
  readonly vainLooks: number;
  /**
   * Fingerprint of the policies that made all looks since that one, and it; {@link MIXED_POLICIES} if others have looked at a part since.
   * Missing in notes of version 0.1.
   */
  readonly policies?: string;
  /** When a look at the whole replaced the note of other policies, in milliseconds since the epoch: the last few times. @default never */
  readonly replacedAtMs?: readonly number[];
  /** As in {@link DecisionRecord}. */
  readonly version: number;
}

/** No policies have this fingerprint. */
export const MIXED_POLICIES = 'mixed';
