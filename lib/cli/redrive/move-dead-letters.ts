import { DEFAULT_BUFFER_TTL_MS } from '../../pipeline/adapter-rules.ts';
import { expiresAtMs } from '../../pipeline/decide/expiry.ts';
import type { DeadLetterBox, Letter, ReadableLetter } from './dead-letter-box.ts';

export interface RedriveOptions {
  readonly deadLetters: DeadLetterBox;
  /** Stops after so many. */
  readonly max: number;
  /** Only looks. */
  readonly dryRun: boolean;
  /** Deletes wake-ups whose spans have left the buffer, in place of leaving them where they are. */
  readonly discardExpired: boolean;
  /** Whether to stop after the batch under way. */
  readonly isInterrupted: () => boolean;
  /** Called after each batch. */
  readonly onProgress: (counts: RedriveCounts) => void;
}

export interface RedriveCounts {
  /** Wake-ups moved; of a dry run, those that would be. */
  moved: number;
  /** The fragments that they list. */
  fragments: number;
  /** The earliest time at which spans of theirs leave the buffer, in milliseconds since the epoch. */
  firstExpiryMs: number;
  /** Moved, but still among the dead letters as well: they will be moved again, which does no harm. */
  undeleted: number;
  /** Why decide set some of them aside at once, as it says in them. */
  readonly reasons: Set<string>;
  /** Of a dry run: the first of the traces that all of them are about, and why each was set aside. */
  readonly traces: TraceList;
  /** Why messages were left where they are, by their ID. */
  readonly unreadable: Map<string, string>;
  /** Those whose spans have left the buffer: there is nothing left to decide. */
  readonly expired: ExpiredCounts;
  /** Whether the end of the queue was reached. */
  isEmptied: boolean;
}

export interface ExpiredCounts {
  wakeUps: number;
  fragments: number;
  /** When the spans of the first and the last of them left the buffer. */
  firstMs: number;
  lastMs: number;
  /** Deleted; the others are still where they were. */
  discarded: number;
}

/** Traces that a dry run lists. */
const MAX_TRACES = 100;

export interface TraceList {
  /** By trace ID, with the tenant behind it where tenants are kept apart. */
  readonly reasons: Map<string, string>;
  /** Whether there are more. */
  isCut: boolean;
}

export function emptyCounts(): RedriveCounts {
  return {
    moved: 0,
    fragments: 0,
    firstExpiryMs: Number.POSITIVE_INFINITY,
    undeleted: 0,
    reasons: new Set(),
    traces: { reasons: new Map(), isCut: false },
    unreadable: new Map(),
    expired: {
      wakeUps: 0,
      fragments: 0,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      discarded: 0,
    },
    isEmptied: false,
  };
}

/**
 * Moves dead letters back, batch by batch:
 * ```
 *   receive ─▶ hidden for two minutes ─▶ send ─▶ delete
 *                │ cannot be read, or its spans have expired: left where it is, and given back at the end
 *                └ the process ends before it is deleted: it comes back by itself
 * ```
 * It sends, then deletes, so that a death in between leaves a wake-up in both queues and never in none. For the same reason several runs
 * may work at once. What SQS itself moved to the dead letters carries the attempts that it had used; all of them start again.
 *
 * @param counts are kept up to date, also when it throws
 */
export async function redrive(options: RedriveOptions, counts: RedriveCounts): Promise<void> {
  const { deadLetters, max, dryRun, discardExpired } = options;
  const held = new Map<string, Letter>();
  try {
    while (counts.moved < max && !options.isInterrupted()) {
      const letters = await deadLetters.receive(max - counts.moved);
      if (letters.length === 0) {
        counts.isEmptied = true;
        return;
      }
      const fresh = letters.filter(({ messageId }) => !held.has(messageId));
      for (const letter of letters) held.set(letter.messageId, letter);
      const [alive, expired] = divide(readableOf(fresh, counts), deadLetters.nowMs());
      if (dryRun) {
        listTraces(alive, '', counts);
        listTraces(expired, 'too late; ', counts);
      }
      count(dryRun ? alive : await deadLetters.send(alive), counts);
      countExpired(expired, counts);
      if (!dryRun) {
        const gone = discardExpired ? [...alive, ...expired] : alive;
        for (const { messageId } of gone) held.delete(messageId);
        if (gone.length > 0) counts.undeleted += await deadLetters.delete(gone);
        if (discardExpired) counts.expired.discarded += expired.length;
      }
      options.onProgress(counts);
      // It has taken so long that the first ones have come back, and would go round and round.
      if (fresh.length < (dryRun ? letters.length : 1)) return;
    }
  } finally {
    // Otherwise they come back by themselves.
    await deadLetters.release([...held.values()]).catch(() => undefined);
  }
}

/** Those whose spans still wait in the buffer, and those whose spans have left it. */
function divide(letters: readonly ReadableLetter[], atMs: number): [ReadableLetter[], ReadableLetter[]] {
  const isExpired = ({ content }: ReadableLetter) => expiresAtMs(content, DEFAULT_BUFFER_TTL_MS) <= atMs;
  return [letters.filter((one) => !isExpired(one)), letters.filter(isExpired)];
}

function count(moved: readonly ReadableLetter[], counts: RedriveCounts): void {
  for (const { content } of moved) {
    counts.moved += 1;
    counts.fragments += content.fragments.length;
    counts.firstExpiryMs = Math.min(counts.firstExpiryMs, expiresAtMs(content, DEFAULT_BUFFER_TTL_MS));
    if (content.reason !== undefined) counts.reasons.add(content.reason);
  }
}

function countExpired(letters: readonly ReadableLetter[], { expired }: RedriveCounts): void {
  for (const { content } of letters) {
    const atMs = expiresAtMs(content, DEFAULT_BUFFER_TTL_MS);
    expired.wakeUps += 1;
    expired.fragments += content.fragments.length;
    expired.firstMs = Math.min(expired.firstMs, atMs);
    expired.lastMs = Math.max(expired.lastMs, atMs);
  }
}

function listTraces(letters: readonly ReadableLetter[], mark: string, { traces }: RedriveCounts): void {
  for (const { content } of letters) {
    const { fragments, tenant, reason = 'no reason given: it was delivered too often' } = content;
    for (const { traceId } of fragments) {
      const name = tenant === undefined ? traceId : `${traceId} of ${tenant}`;
      if (traces.reasons.has(name)) continue;
      if (traces.reasons.size === MAX_TRACES) {
        traces.isCut = true;
        return;
      }
      traces.reasons.set(name, mark + reason);
    }
  }
}

function readableOf(letters: readonly Letter[], counts: RedriveCounts): ReadableLetter[] {
  return letters.flatMap(({ messageId, content }) => {
    if (!(content instanceof Error)) return [{ messageId, content }];
    counts.unreadable.set(messageId, content.message);
    return [];
  });
}
