import type { DeadLetter, SqsDeadLetters } from '../../aws/sqs/dead-letters.ts';
import { decodeWakeUp, type WakeUpMessage } from '../../aws/sqs/wake-up-message.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../pipeline/adapter-rules.ts';
import { expiresAtMs } from '../../pipeline/decide/expiry.ts';
import type { WakeUpQueue } from '../../pipeline/ports.ts';

export interface RedriveOptions {
  readonly deadLetters: SqsDeadLetters;
  /** The wake-up queue, for the traces of a tenant, or for those of a deployment without tenants. */
  readonly wakeUpsOf: (tenant: string | undefined) => WakeUpQueue;
  /** Stops after so many. */
  readonly max: number;
  /** Only looks. */
  readonly dryRun: boolean;
  /** Deletes wake-ups whose spans have left the buffer, in place of leaving them where they are. */
  readonly discardExpired: boolean;
  /** The time at SQS, in milliseconds since the epoch. */
  readonly nowMs: () => number;
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

export function emptyCounts(): RedriveCounts {
  return {
    moved: 0,
    fragments: 0,
    firstExpiryMs: Number.POSITIVE_INFINITY,
    undeleted: 0,
    reasons: new Set(),
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

interface ReadLetter {
  readonly letter: DeadLetter;
  readonly wakeUp: WakeUpMessage;
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
  const held = new Map<string, DeadLetter>();
  try {
    while (counts.moved < max && !options.isInterrupted()) {
      const letters = await deadLetters.receive(max - counts.moved);
      if (letters.length === 0) {
        counts.isEmptied = true;
        return;
      }
      const fresh = letters.filter(({ messageId }) => !held.has(messageId));
      for (const letter of letters) held.set(letter.messageId, letter);
      const readable = fresh.flatMap((letter) => readLetter(letter, counts));
      const [alive, expired] = divide(readable, options);
      if (!dryRun) await sendAgain(alive, options);
      count(alive, counts);
      countExpired(expired, counts);
      if (!dryRun) {
        const gone = discardExpired ? [...alive, ...expired] : alive;
        for (const { letter } of gone) held.delete(letter.messageId);
        if (gone.length > 0) counts.undeleted += await deadLetters.delete(gone.map(({ letter }) => letter));
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
function divide(letters: readonly ReadLetter[], { nowMs }: RedriveOptions): [ReadLetter[], ReadLetter[]] {
  const atMs = nowMs();
  const isExpired = ({ wakeUp }: ReadLetter) => expiresAtMs(wakeUp, DEFAULT_BUFFER_TTL_MS) <= atMs;
  return [letters.filter((one) => !isExpired(one)), letters.filter(isExpired)];
}

function count(alive: readonly ReadLetter[], counts: RedriveCounts): void {
  for (const { wakeUp } of alive) {
    counts.moved += 1;
    counts.fragments += wakeUp.fragments.length;
    counts.firstExpiryMs = Math.min(counts.firstExpiryMs, expiresAtMs(wakeUp, DEFAULT_BUFFER_TTL_MS));
    if (wakeUp.reason !== undefined) counts.reasons.add(wakeUp.reason);
  }
}

function countExpired(letters: readonly ReadLetter[], { expired }: RedriveCounts): void {
  for (const { wakeUp } of letters) {
    const atMs = expiresAtMs(wakeUp, DEFAULT_BUFFER_TTL_MS);
    expired.wakeUps += 1;
    expired.fragments += wakeUp.fragments.length;
    expired.firstMs = Math.min(expired.firstMs, atMs);
    expired.lastMs = Math.max(expired.lastMs, atMs);
  }
}

/** The fragments of a tenant are found under its name only, so that its wake-ups have to name it again. */
async function sendAgain(letters: readonly ReadLetter[], { wakeUpsOf }: RedriveOptions): Promise<void> {
  const byTenant = Map.groupBy(letters, ({ wakeUp }) => wakeUp.tenant);
  for (const [tenant, ofTenant] of byTenant) {
    const wakeUps = ofTenant.map(({ wakeUp: { tenant: _, reason, ...wakeUp } }) => ({ ...wakeUp, attempt: 0 }));
    await wakeUpsOf(tenant).send(wakeUps.map((wakeUp) => ({ wakeUp, delaySeconds: 0 })));
  }
}

function readLetter(letter: DeadLetter, counts: RedriveCounts): ReadLetter[] {
  try {
    return [{ letter, wakeUp: decodeWakeUp(letter.body) }];
  } catch (error) {
    counts.unreadable.set(letter.messageId, error instanceof Error ? error.message : String(error));
    return [];
  }
}
