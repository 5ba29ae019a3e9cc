import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import { assertDelaySeconds } from '../pipeline/adapter-rules.ts';
import type { Clock, DelayedWakeUp, WakeUp, WakeUpQueue } from '../pipeline/ports.ts';
import type { GroupCommit } from './group-commit.ts';
import type { MessagePacks } from './message-packs.ts';
import type { UsageCounter } from './usage.ts';
import { inMessages, restoresColumn, writeFragments } from './wake-up-text.ts';

export interface SqliteWakeUpQueueDeps extends TenantScope {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly messagePacks: MessagePacks;
  readonly usage: UsageCounter;
  readonly clock: Clock;
}

/** The sending side of the wake-up queue, for one tenant. `MessageQueue` receives for all. */
export class SqliteWakeUpQueue implements WakeUpQueue {
  readonly #deps: SqliteWakeUpQueueDeps;
  readonly #insert: StatementSync;
  readonly #insertDead: StatementSync;

  constructor(deps: SqliteWakeUpQueueDeps) {
    this.#deps = deps;
    this.#insert = deps.database.prepare(
      'INSERT INTO wake_up (visible_at, due_at, received_at, receive_count, tenant, attempt, restores, fragment_count, packs, fragments) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)',
    );
    this.#insertDead = deps.database.prepare(
      'INSERT INTO dead_letter (died_at, due_at, received_at, reason, tenant, attempt, restores, fragment_count, packs, fragments) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** @throws {RangeError} when a delay is not whole seconds from 0 to 900; nothing has been sent then */
  async send(wakeUps: readonly DelayedWakeUp[]): Promise<void> {
    for (const { delaySeconds } of wakeUps) assertDelaySeconds(delaySeconds);
    const { writer, messagePacks, usage, clock, tenant = '' } = this.#deps;
    const nowMs = clock.now();
    const messages = wakeUps.flatMap(({ wakeUp, delaySeconds }) =>
      inMessages(wakeUp).map((part) => ({ wakeUp: part, visibleAtMs: nowMs + delaySeconds * 1000 })),
    );
    const named = messagePacks.ofSent(
      tenant,
      messages.map(({ wakeUp }) => wakeUp.fragments),
    );
    await Promise.all(
      messages.map(({ wakeUp, visibleAtMs }, index) => {
        const packs = named[index] ?? [];
        const text = writeFragments(wakeUp);
        const count = wakeUp.fragments.length;
        return writer.write(() => {
          messagePacks.hold(packs);
          this.#insert.run(
            visibleAtMs,
            wakeUp.dueAtMs,
            wakeUp.receivedAtMs ?? null,
            tenant,
            wakeUp.attempt,
            restoresColumn(wakeUp),
            count,
            JSON.stringify(packs.map(({ id }) => id)),
            text,
          );
          usage.add('wakeUps', 1);
          usage.add('waitingFragments', count);
        });
      }),
    );
  }

  async sendToDeadLetters(wakeUps: readonly WakeUp[]): Promise<void> {
    const { writer, messagePacks, clock, tenant = '' } = this.#deps;
    const diedAtMs = clock.now();
    await Promise.all(
      wakeUps.flatMap(inMessages).map((wakeUp) => {
        const packs = JSON.stringify(messagePacks.inFlight());
        const { dueAtMs, receivedAtMs = null, reason = null, attempt, fragments } = wakeUp;
        const text = writeFragments({ fragments });
        return writer.write(() => {
          const restores = restoresColumn(wakeUp);
          const count = fragments.length;
          this.#insertDead.run(diedAtMs, dueAtMs, receivedAtMs, reason, tenant, attempt, restores, count, packs, text);
        });
      }),
    );
  }
}
