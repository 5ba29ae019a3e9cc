import type { DeadLetter, SqsDeadLetters } from '../../aws/sqs/dead-letters.ts';
import { decodeWakeUp, type WakeUpMessage } from '../../aws/sqs/wake-up-message.ts';
import type { WakeUpQueue } from '../../pipeline/ports.ts';

export interface RedriveOptions {
  readonly deadLetters: SqsDeadLetters;
  /** The wake-up queue, for the traces of a tenant, or for those of a deployment without tenants. */
  readonly wakeUpsOf: (tenant: string | undefined) => WakeUpQueue;
  /** Stops after so many. */
  readonly max: number;
  /** Only looks. */
  readonly dryRun: boolean;
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
  /** The earliest time at which one of them was due, in milliseconds since the epoch. */
  oldestDueAtMs: number;
  /** Moved, but still among the dead letters as well: they will be moved again, which does no harm. */
  undeleted: number;
  /** Why decide set some of them aside at once, as it says in them. */
  readonly reasons: Set<string>;
  /** Why messages were left where they are, by their ID. */
  readonly unreadable: Map<string, string>;
  /** Whether the end of the queue was reached. */
  isEmptied: boolean;
}

export function emptyCounts(): RedriveCounts {
  return {
    moved: 0,
    fragments: 0,
    oldestDueAtMs: Number.POSITIVE_INFINITY,
    undeleted: 0,
    reasons: new Set(),
    unreadable: new Map(),
    isEmptied: false,
  };
}

interface ReadLetter {
  readonly letter: DeadLetter;
  readonly wakeUp: WakeUpMessage;
}

/**
 * Moves dead letters back, batch by batch: sends, then deletes, so that a death in between leaves a wake-up in both queues and
 * never in none. What SQS itself moved to the dead letters carries the attempts that it had used; all of them start again.
 *
 * @param counts are kept up to date, also when it throws
 */
export async function redrive(options: RedriveOptions, counts: RedriveCounts): Promise<void> {
  const { deadLetters, max, dryRun } = options;
  const held = new Map<string, DeadLetter>();
  try {
    while (counts.moved < max && !options.isInterrupted()) {
      const letters = await deadLetters.receive(max - counts.moved);
      if (letters.length === 0) {
        counts.isEmptied = true;
        return;
      }
      const fresh = letters.filter(({ messageId }) => !held.has(messageId));
      const readable = fresh.flatMap((letter) => readLetter(letter, counts));
      for (const letter of letters) {
        if (dryRun || counts.unreadable.has(letter.messageId)) held.set(letter.messageId, letter);
      }
      if (!dryRun) await sendAgain(readable, options);
      for (const { wakeUp } of readable) {
        counts.moved += 1;
        counts.fragments += wakeUp.fragments.length;
        counts.oldestDueAtMs = Math.min(counts.oldestDueAtMs, wakeUp.dueAtMs);
        if (wakeUp.reason !== undefined) counts.reasons.add(wakeUp.reason);
      }
      if (!dryRun && readable.length > 0) {
        counts.undeleted += await deadLetters.delete(readable.map(({ letter }) => letter));
      }
      options.onProgress(counts);
      // It has looked for so long that the first ones have come back, and would go round and round.
      if (dryRun && fresh.length < letters.length) return;
    }
  } finally {
    await deadLetters.release([...held.values()]);
  }
}

/** The fragments of a tenant are found under its name only, so that its wake-ups have to name it again. */
async function sendAgain(letters: readonly ReadLetter[], { wakeUpsOf }: RedriveOptions): Promise<void> {
  const byTenant = Map.groupBy(letters, ({ wakeUp }) => wakeUp.tenant);
  for (const [tenant, ofTenant] of byTenant) {
    const wakeUps = ofTenant.map(({ wakeUp: { dueAtMs, fragments } }) => ({ dueAtMs, attempt: 0, fragments }));
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
