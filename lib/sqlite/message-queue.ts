import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import type { Clock, WakeUp } from '../pipeline/ports.ts';
import type { GroupCommit } from './group-commit.ts';
import type { MessagePacks } from './message-packs.ts';
import type { UsageCounter } from './usage.ts';
import { readFragments, receivedAtOf, restoresOf } from './wake-up-text.ts';

/** A wake-up as it was received. */
export interface ReceivedMessage extends TenantScope {
  /** Names the message until it is acknowledged. */
  readonly messageId: string;
  readonly wakeUp: WakeUp;
  /** Deliveries so far, this one included. */
  readonly receiveCount: number;
}

export interface ReceiveOptions {
  /** @default 25 */
  readonly maxMessages?: number;
  /** The batch ends before it names more fragments than this; one message is always received. @default 5000 */
  readonly maxFragments?: number;
}

/** How far the deciders are behind. */
export interface QueueState {
  /** Neither acknowledged nor dead: delayed, visible and in flight. */
  readonly wakeUps: number;
  /** Fragments that they name. */
  readonly fragments: number;
  /** How long the oldest of them has been due, in milliseconds; 0 when none is due. */
  readonly lagMs: number;
}

export interface MessageQueueDeps {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly messagePacks: MessagePacks;
  readonly usage: UsageCounter;
  readonly clock: Clock;
  readonly visibilityTimeoutMs: number;
  readonly maxReceiveCount: number;
}

/** Deliveries that are counted in one transaction. */
const MAX_BATCH = 500;
/** A message that names so many fragments is large: usually a part of a giant wake-up (`wake-up-text.ts`). */
const LARGE_FRAGMENTS = 500;

/**
 * The receiving side of the wake-up queue, for all tenants: what SQS and its event source do. A message that was received is
 * hidden for the visibility timeout. What is neither acknowledged nor released is then delivered again, `maxReceiveCount`
 * times at most: after that it goes to the dead letters.
 */
export class MessageQueue {
  readonly #deps: MessageQueueDeps;
  readonly #selectSmall: StatementSync;
  readonly #selectLarge: StatementSync;
  readonly #hide: StatementSync;
  readonly #kill: StatementSync;
  readonly #delete: StatementSync;
  readonly #show: StatementSync;
  readonly #nextVisible: StatementSync;
  readonly #oldestDue: StatementSync;

  constructor(deps: MessageQueueDeps) {
    this.#deps = deps;
    const { database } = deps;
    const selectVisible = (size: string) =>
      database.prepare(
        `SELECT id, visible_at, due_at, received_at, tenant, attempt, restores, receive_count, fragment_count, packs, fragments FROM wake_up WHERE visible_at <= ? AND fragment_count ${size} ${LARGE_FRAGMENTS} ORDER BY visible_at, id LIMIT ?`,
      );
    this.#selectSmall = selectVisible('<');
    this.#selectLarge = selectVisible('>=');
    this.#hide = database.prepare('UPDATE wake_up SET visible_at = ?, receive_count = receive_count + 1 WHERE id = ?');
    this.#kill = database.prepare(
      'INSERT INTO dead_letter (died_at, due_at, received_at, reason, tenant, attempt, restores, fragment_count, packs, fragments) SELECT ?, due_at, received_at, ?, tenant, attempt, restores, fragment_count, packs, fragments FROM wake_up WHERE id = ?',
    );
    this.#delete = database.prepare('DELETE FROM wake_up WHERE id = ? RETURNING packs, fragment_count');
    this.#show = database.prepare('UPDATE wake_up SET visible_at = ? WHERE id = ?');
    this.#nextVisible = database.prepare('SELECT min(visible_at) AS at FROM wake_up');
    this.#oldestDue = database.prepare('SELECT min(due_at) AS at FROM wake_up');
  }

  /**
   * Receives messages that are visible, those that have been visible longest, and hides them. A batch has at most one large message,
   * and small ones do not wait for others: so a giant wake-up delays them by the batch under way, and never by a second one.
   */
  async receive({ maxMessages = 25, maxFragments = 5_000 }: ReceiveOptions = {}): Promise<readonly ReceivedMessage[]> {
    const { writer, clock, visibilityTimeoutMs, messagePacks } = this.#deps;
    const nowMs = clock.now();
    if ((this.nextVisibleAtMs() ?? Number.POSITIVE_INFINITY) > nowMs) return [];
    const rows = await writer.write(() => {
      const most = Math.min(maxMessages, MAX_BATCH);
      const large = this.#selectLarge.all(nowMs, 1);
      const reserved = Number(large[0]?.['fragment_count'] ?? 0);
      const received: Record<string, unknown>[] = [];
      let fragments = 0;
      const take = (rows: readonly Record<string, unknown>[], mostMessages: number, mostFragments: number) => {
        for (const row of rows) {
          const count = Number(row['fragment_count']);
          const isFirst = received.length === 0 && (large.length === 0 || rows === large);
          if (received.length >= mostMessages || (!isFirst && fragments + count > mostFragments)) return;
          if (this.#isDead(row, nowMs)) continue;
          this.#hide.run(nowMs + visibilityTimeoutMs, Number(row['id']));
          received.push(row);
          fragments += count;
        }
      };
      take(this.#selectSmall.all(nowMs, most), most - (large.length > 0 ? 1 : 0), maxFragments - reserved);
      take(large, most, maxFragments);
      return received.sort(byVisibility);
    });
    return rows.map((row) => {
      messagePacks.received(Number(row['id']), packsOf(row));
      return toMessage(row);
    });
  }

  /** Deletes messages: what they name is settled, or named by another message. Nothing happens to those that are gone. */
  async acknowledge(messageIds: readonly string[]): Promise<void> {
    await this.#forEach(messageIds, (id) => this.#remove(id));
  }

  /** Makes messages that were received visible again at once. */
  async release(messageIds: readonly string[]): Promise<void> {
    const nowMs = this.#deps.clock.now();
    await this.#forEach(messageIds, (id) => this.#show.run(nowMs, id));
  }

  /** When the next message becomes visible, perhaps in the past; `undefined`: there is none. */
  nextVisibleAtMs(): number | undefined {
    const at = this.#nextVisible.get()?.['at'];
    return typeof at === 'number' ? at : undefined;
  }

  /** Three look-ups, however many messages wait. */
  state(): QueueState {
    const { wakeUps, waitingFragments } = this.#deps.usage.read();
    const dueAtMs = this.#oldestDue.get()?.['at'];
    const lagMs = typeof dueAtMs === 'number' ? Math.max(0, this.#deps.clock.now() - dueAtMs) : 0;
    return { wakeUps, fragments: waitingFragments, lagMs };
  }

  async #forEach(messageIds: readonly string[], change: (id: number) => void): Promise<void> {
    const ids = messageIds.map(Number);
    await this.#deps.writer.write(() => {
      for (const id of ids) change(id);
    });
    for (const id of ids) this.#deps.messagePacks.returned(id);
  }

  /** A message that was delivered too often, because each time the process died or the batch failed. */
  #isDead(row: Record<string, unknown>, nowMs: number): boolean {
    const count = Number(row['receive_count']);
    if (count < this.#deps.maxReceiveCount) return false;
    const id = Number(row['id']);
    this.#kill.run(nowMs, `it was delivered ${count} times and never acknowledged`, id);
    this.#remove(id);
    return true;
  }

  #remove(id: number): void {
    const { usage, messagePacks } = this.#deps;
    const row = this.#delete.get(id);
    if (row === undefined) return;
    messagePacks.letGo(packsOf(row));
    usage.add('wakeUps', -1);
    usage.add('waitingFragments', -Number(row['fragment_count']));
  }
}

function byVisibility(left: Record<string, unknown>, right: Record<string, unknown>): number {
  return Number(left['visible_at']) - Number(right['visible_at']) || Number(left['id']) - Number(right['id']);
}

function toMessage(row: Record<string, unknown>): ReceivedMessage {
  const tenant = String(row['tenant']);
  return {
    messageId: String(row['id']),
    ...(tenant !== '' && { tenant }),
    receiveCount: Number(row['receive_count']) + 1,
    wakeUp: {
      dueAtMs: Number(row['due_at']),
      attempt: Number(row['attempt']),
      ...readFragments(String(row['fragments'])),
      ...receivedAtOf(row),
      ...restoresOf(row),
    },
  };
}

function packsOf(row: Record<string, unknown>): readonly number[] {
  const packs: number[] = JSON.parse(String(row['packs']));
  return packs;
}
