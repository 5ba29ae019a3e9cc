import type { FragmentRef } from '../pipeline/ports.ts';
import type { Packs } from './packs.ts';

/** A pack that a message needs. */
export interface NamedPack {
  readonly id: number;
  /** How much the message changes the number of wake-ups that the pack waits for. */
  readonly change: number;
}

/**
 * Knows which packs a message needs, so that none of them is evicted before the message is acknowledged.
 *
 * Ingest sends a wake-up for what it has just appended on the same connection. Whatever else is sent continues messages that
 * this connection has received and not acknowledged: it needs the packs of those, or some of them.
 */
export class MessagePacks {
  readonly #packs: Packs;
  /** Packs of the messages that were received here and not acknowledged. */
  readonly #inFlight = new Map<number, readonly number[]>();

  constructor(packs: Packs) {
    this.#packs = packs;
  }

  /** For messages that are sent together: the packs of each. */
  ofSent(tenant: string, messages: readonly (readonly FragmentRef[])[]): readonly (readonly NamedPack[])[] {
    // A new pack waits for its first wake-up already.
    const counted = new Set<number>();
    return messages.map((fragments) => {
      const ids = new Set<number>();
      let isContinuation = false;
      for (const { traceId, hash } of fragments) {
        const id = this.#packs.takeUnsent(tenant, traceId, hash);
        if (id === undefined) isContinuation = true;
        else ids.add(id);
      }
      const named = [...ids].map((id) => ({ id, change: counted.has(id) ? 1 : 0 }));
      for (const id of ids) counted.add(id);
      if (!isContinuation) return named;
      return [
        ...named,
        ...this.inFlight()
          .filter((id) => !ids.has(id))
          .map((id) => ({ id, change: 1 })),
      ];
    });
  }

  /** Packs that messages in flight need. */
  inFlight(): readonly number[] {
    return [...new Set([...this.#inFlight.values()].flat())];
  }

  received(messageId: number, packs: readonly number[]): void {
    this.#inFlight.set(messageId, packs);
  }

  /** The message was acknowledged, or is visible again. */
  returned(messageId: number): void {
    this.#inFlight.delete(messageId);
  }

  /** Counts a message that was sent. Call it in the transaction that inserts it. */
  hold(named: readonly NamedPack[]): void {
    for (const { id, change } of named) if (change !== 0) this.#packs.changeWaiting(id, change);
  }

  /** Counts a message that is gone. Call it in the transaction that deletes it. */
  letGo(packs: readonly number[]): void {
    for (const id of packs) this.#packs.changeWaiting(id, -1);
  }
}
