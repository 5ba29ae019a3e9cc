import type { TenantScope } from '../../archive/layout.ts';
import type { WakeUp } from '../../pipeline/ports.ts';

/** A wake-up that was given up, and whose traces it is about. */
export interface BuriedWakeUp extends WakeUp, TenantScope {}

/** A dead letter that was received. */
export interface Letter {
  readonly messageId: string;
  /** What it says, or why it cannot be read. */
  readonly content: BuriedWakeUp | Error;
}

export interface ReadableLetter extends Letter {
  readonly content: BuriedWakeUp;
}

/** The dead letters of one pipeline, and its wake-up queue, for the person who moves them back. */
export interface DeadLetterBox {
  /** What their 14 days are counted from, for messages: "they …". */
  readonly keptFrom: string;
  /** How many there are, about, and how many of them are hidden because they have been received. */
  count(): Promise<{ readonly total: number; readonly hidden: number }>;
  /** Receives some that are not hidden; none when there are none. They may be hidden from others for a while. */
  receive(max: number): Promise<readonly Letter[]>;
  /**
   * Sends wake-ups to the queue of the pipeline, due at once, with all their attempts before them. Resolves to those that were
   * sent: another run may have moved the others.
   */
  send(letters: readonly ReadableLetter[]): Promise<readonly ReadableLetter[]>;
  /** Deletes letters, those that {@link send} has sent included. Resolves to how many could not be deleted. */
  delete(letters: readonly Letter[]): Promise<number>;
  /** Gives letters back, for others to receive at once. */
  release(letters: readonly Letter[]): Promise<void>;
  /** The time at the queue, in milliseconds since the epoch. */
  nowMs(): number;
}
