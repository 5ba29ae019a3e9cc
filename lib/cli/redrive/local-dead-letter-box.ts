import type { Clock } from '../../pipeline/ports.ts';
import type { Store } from '../../sqlite/store.ts';
import type { DeadLetterBox, Letter, ReadableLetter } from './dead-letter-box.ts';

/** Rows that are read and moved at a time: a person who stops the command waits for them. */
const MAX_BATCH = 100;

/**
 * The dead letters of a data folder. A letter moves in one transaction, so that it is always in one place. Nothing is hidden from other
 * runs: of several, one moves it.
 */
export class LocalDeadLetterBox implements DeadLetterBox {
  readonly keptFrom = 'they were set aside';
  readonly #store: Pick<Store, 'deadLetters'>;
  readonly #clock: Clock;
  /** What dies again while this runs is for the next run. */
  readonly #last: string;
  #after = '0';

  constructor(store: Pick<Store, 'deadLetters'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#last = store.deadLetters.lastMessageId();
  }

  async count(): Promise<{ readonly total: number; readonly hidden: number }> {
    return { total: this.#store.deadLetters.count(), hidden: 0 };
  }

  async receive(max: number): Promise<readonly Letter[]> {
    const letters = this.#store.deadLetters.list(Math.min(max, MAX_BATCH), this.#after, this.#last);
    this.#after = letters.at(-1)?.messageId ?? this.#after;
    return letters.map(({ messageId, wakeUp, tenant }) => {
      return { messageId, content: { ...wakeUp, ...(tenant !== undefined && { tenant }) } };
    });
  }

  async send(letters: readonly ReadableLetter[]): Promise<readonly ReadableLetter[]> {
    const sent = new Set(await this.#store.deadLetters.sendBack(idsOf(letters)));
    return letters.filter(({ messageId }) => sent.has(messageId));
  }

  async delete(letters: readonly Letter[]): Promise<number> {
    await this.#store.deadLetters.delete(idsOf(letters));
    return 0;
  }

  async release(): Promise<void> {}

  nowMs(): number {
    return this.#clock.now();
  }
}

function idsOf(letters: readonly Letter[]): readonly string[] {
  return letters.map(({ messageId }) => messageId);
}
