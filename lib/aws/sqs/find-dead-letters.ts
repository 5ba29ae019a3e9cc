import type { TenantScope } from '../../archive/layout.ts';
import type { WakeUp } from '../../pipeline/ports.ts';
import type { DeadLetter, SqsDeadLetters } from './dead-letters.ts';
import { decodeWakeUp, MalformedWakeUpError } from './wake-up-message.ts';

/** More messages than this are not looked through: a queue can only be read message by message. */
const MAX_LETTERS = 2_000;

export interface FoundLetters {
  readonly letters: readonly WakeUp[];
  /** All messages were looked through: none was hidden, and there were not too many. */
  readonly isWhole: boolean;
}

/**
 * Looks for a trace among the dead letters. The messages are hidden while they are being looked through, and shown again at the end;
 * those of a process that dies come back after two minutes.
 */
export async function findDeadLetters(
  traceId: string,
  deadLetters: SqsDeadLetters,
  scope: TenantScope = {},
  maxLetters: number = MAX_LETTERS,
): Promise<FoundLetters> {
  const { total, hidden } = await deadLetters.count();
  if (total === 0) return { letters: [], isWhole: true };
  const held = new Map<string, DeadLetter>();
  let isEmptied = false;
  try {
    while (held.size < maxLetters && !isEmptied) {
      const received = await deadLetters.receive(maxLetters - held.size);
      const before = held.size;
      for (const letter of received) held.set(letter.messageId, letter);
      // The first ones have come back when nothing is new.
      isEmptied = held.size === before;
    }
  } finally {
    await deadLetters.release([...held.values()]).catch(() => undefined);
  }
  const letters = [...held.values()].flatMap(({ body }) => wakeUpNaming(traceId, body, scope));
  return { letters, isWhole: isEmptied && hidden === 0 };
}

/** The wake-up if it names the trace, of this tenant; none if it does not, or cannot be read. */
function wakeUpNaming(traceId: string, body: string, { tenant }: TenantScope): readonly WakeUp[] {
  if (!body.includes(traceId)) return [];
  try {
    const { tenant: owner, ...wakeUp } = decodeWakeUp(body);
    return owner === tenant && wakeUp.fragments.some((each) => each.traceId === traceId) ? [wakeUp] : [];
  } catch (error) {
    if (error instanceof MalformedWakeUpError) return [];
    throw error;
  }
}
