import type { ObjectStore } from '../archive/ports.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { KeyNumbers } from '../sampling/dynamic/share-table.ts';
import type { Decision } from '../sampling/evaluate-policies.ts';
import type { Allowances, TokenBucket } from '../sampling/limits.ts';
import type { TraceSize } from './trace-limits.ts';
import type { DecisionRecord, LookNote } from './trace-record.ts';

export { type Claim, type DecisionRecord, type LookNote, MIXED_POLICIES } from './trace-record.ts';

/**
 * The ports of the pipeline: everything that it needs from the world. Adapters implement them (`lib/aws/`), and
 * each has one contract suite that every adapter passes (`test/contract/`).
 */

/** A port could not do its work in time. The input may be right: the same call may succeed later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A trace, or its decision record, is over a limit. Nothing was written, and trying again does not help. */
export class TraceTooLargeError extends Error {
  override readonly name = 'TraceTooLargeError';
  /** The stored decision on the trace, if there is one. */
  readonly decision: DecisionRecord | undefined;

  constructor(message: string, decision?: DecisionRecord) {
    super(message);
    this.decision = decision;
  }
}

/**
 * Applies the policies to a whole trace. Called again when allowances that it asked for were missing at first.
 * @param betweenPolicies is called before each policy; what it throws ends the evaluation
 */
export type Evaluate = (trace: Trace, allowances: Allowances, betweenPolicies?: () => void) => Decision;

/** One trace's spans from one export request, as it waits in the buffer. */
export interface BufferedFragment {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Names the fragment within its trace. The same bytes have the same hash, so that a resend overwrites itself. */
  readonly hash: string;
  /** OTLP `TracesData` in protobuf, uncompressed. */
  readonly payload: Uint8Array;
  /** When the export request arrived, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly spanCount: number;
}

export interface BufferedTrace {
  readonly decision: DecisionRecord | undefined;
  /** `undefined` when there is none, or a decision. */
  readonly note?: LookNote | undefined;
  /** In arrival order: by `receivedAtMs`, then by hash. */
  readonly fragments: readonly BufferedFragment[];
  /** The trace has a record, and more fragments than {@link ReadOptions.wholeUpTo}: none of them was read. */
  readonly isRecordOnly?: true;
}

export interface ReadOptions {
  /** Of a trace that has a record and more fragments than this, only the record is read. @default the trace is read whole */
  readonly wholeUpTo?: number;
  /** Fragments of the trace that were read before: their payloads are taken from here, not fetched again. */
  readonly known?: readonly BufferedFragment[];
  /** @default LARGEST_TRACE */
  readonly limit?: TraceSize;
}

/** As many hashes of 12 bytes, in base64url, fit in an item of DynamoDB (400 KB). */
export const MAX_LISTED_HASHES = 20_000;

/** Where spans wait for the decision, and where decisions are remembered. */
export interface SpanBuffer {
  /**
   * Makes the fragments durable, all of them, in any order. Writing a fragment twice changes nothing. When it resolves, it does
   * not read the payloads any more: the caller takes their memory away. When it throws, it may.
   * @throws {UnavailableError} when one of them could not be made durable in time. Others may have been.
   */
  append(fragments: readonly BufferedFragment[]): Promise<void>;

  /**
   * Reads a trace with everything whose write was answered before (strongly consistent), without what has expired.
   * @throws {UnavailableError}
   * @throws {TraceTooLargeError} when the trace is over the limit; finding out takes no more memory than the limit
   */
  read(traceId: string, options?: ReadOptions): Promise<BufferedTrace>;

  /**
   * Reads some fragments of a trace by name, as {@link read} does: those that are there, in arrival order.
   * @param limit of what is read @default LARGEST_TRACE
   * @throws {UnavailableError}
   * @throws {TraceTooLargeError} without a decision
   */
  readFragments(traceId: string, hashes: readonly string[], limit?: TraceSize): Promise<readonly BufferedFragment[]>;

  /**
   * Writes the record of the trace, a decision or a note, if the stored one still has version `record.version - 1` (0: there is
   * none, or it has expired). A conflict is an answer, even if it is with the caller's own earlier write: reading again shows
   * which. A decision lives seven days longer than fragments, a note as long as they do, both from their last write.
   * @param over what the writer has read, if anything. A stored record of the other kind is a conflict, whatever its version: it was
   * written after a note had expired, and versions begin anew then
   * @throws {UnavailableError} when it is not known whether it was written
   * @throws {TraceTooLargeError} when the record is too large to be stored
   */
  record(
    traceId: string,
    record: DecisionRecord | LookNote,
    over?: 'note' | 'decision',
  ): Promise<'recorded' | 'conflict'>;

  /**
   * Stores a list of hashes that never changes, for a record to name it. Lives as long as a decision that is written now.
   * @param name no other list of the trace has it. Writing the same list again changes nothing.
   * @param hashes at most {@link MAX_LISTED_HASHES}
   * @throws {UnavailableError}
   */
  writeList(traceId: string, name: string, hashes: readonly string[]): Promise<void>;

  /** `undefined`: there is none, or it has expired. @throws {UnavailableError} */
  readList(traceId: string, name: string): Promise<readonly string[] | undefined>;
}

/** A fragment, by name. */
export interface FragmentRef {
  readonly traceId: string;
  readonly hash: string;
}

/** The delayed message that makes decide examine some traces. */
export interface WakeUp {
  /** Not before this time, in milliseconds since the epoch. */
  readonly dueAtMs: number;
  /** How many continuations there were before: attempts to settle what it lists. */
  readonly attempt: number;
  readonly fragments: readonly FragmentRef[];
  /**
   * When the fragments arrived, in milliseconds since the epoch: they leave the buffer a TTL later. In the dead letter of a trace over
   * a limit, when the last of them did, less than an hour after the first. Missing in messages of version 0.1, whose fragments arrived
   * before they were due.
   */
  readonly receivedAtMs?: number;
  /** Of one trace that may end the process which examines it (`decide/suspects.ts`). @default of none */
  readonly isSuspect?: true;
  /** In a dead letter: why it was given up, for the operator who reads it. */
  readonly reason?: string;
  /**
   * An operator has it sent: the traces that it names are kept, whatever the policies say (`restore-traces.ts`). @default the policies
   * decide
   */
  readonly restores?: true;
}

/** The longest delay of one message (SQS: 900 s). A longer wait is made of hops. */
export const MAX_DELAY_SECONDS = 900;

export interface DelayedWakeUp {
  readonly wakeUp: WakeUp;
  /** Whole seconds, 0 to {@link MAX_DELAY_SECONDS}. */
  readonly delaySeconds: number;
}

export interface WakeUpQueue {
  /**
   * Durable when it resolves.
   * @throws {UnavailableError} when one of them could not be sent in time. Others may have been.
   */
  send(wakeUps: readonly DelayedWakeUp[]): Promise<void>;

  /** Sets aside what could not be settled, for an operator to examine and send back. @throws {UnavailableError} */
  sendToDeadLetters(wakeUps: readonly WakeUp[]): Promise<void>;
}

/** Kept traces. Objects are created once and never overwritten; creating an object is the commit of its claims. */
export interface TraceArchive {
  /**
   * Creates an object of JSON lines. `exists`: there is an object at `key` already, and it is untouched. The lines may be
   * overwritten after the answer.
   */
  create(key: string, lines: readonly Uint8Array[]): Promise<'created' | 'exists'>;

  /** Creates an object without rows, so that nothing else can ever be created at `key`. */
  fence(key: string): Promise<'created' | 'exists'>;

  inspect(key: string): Promise<'absent' | 'data' | 'fence'>;
}

/** Where fragments too large for the buffer go. Writing the same key twice writes the same payload, perhaps in other bytes. */
export type SpillStore = Pick<ObjectStore, 'put' | 'get'>;

/** The tokens that a lease got, and the level of the bucket (`lib/sampling/limits.ts`) after it. */
export interface Lease {
  readonly granted: number;
  /** `undefined`: nothing was ever taken. */
  readonly level: bigint | undefined;
}

/** The token buckets that all deciders share. */
export interface LimitStore {
  /**
   * Takes tokens out of a bucket: `wanted` if it has them at `nowMs`, else `needed` if it has them, else none. No token is
   * given twice, however many deciders ask at once; the tokens of an answer that is lost are lost.
   * @throws {UnavailableError} when the bucket could not be reached in time, or too many others were asking
   */
  lease(bucket: TokenBucket, nowMs: number, needed: number, wanted: number): Promise<Lease>;

  /** Returns leased tokens. Tried once: a second try could return them twice. */
  release(bucket: TokenBucket, tokens: number): Promise<void>;
}

/** The moving averages that the shares of a `dynamic` policy come from, in one interval. Immutable once it is stored. */
export interface KeyTable {
  readonly interval: number;
  readonly averages: KeyNumbers;
}

/** What the `dynamic` policies of all deciders share. `sampler` is the key of a `DynamicSampler`. */
export interface KeyTables {
  /**
   * The table of the interval, or else of the last one before it that has one (strongly consistent). `undefined`: there is none, or
   * it is too old.
   * @throws {UnavailableError}
   */
  latest(sampler: string, interval: number): Promise<KeyTable | undefined>;

  /**
   * Stores the table if there is none for its interval. Resolves to the one that is stored afterwards.
   * @throws {UnavailableError}
   */
  putIfAbsent(sampler: string, table: KeyTable): Promise<KeyTable>;

  /** The traces counted so far, by key. @throws {UnavailableError} */
  counts(sampler: string, interval: number): Promise<KeyNumbers>;

  /** Adds to the counts of an interval. Tried once: a second try could count twice. */
  count(sampler: string, interval: number, counts: KeyNumbers): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
