import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import type { Clock, WakeUp } from '../pipeline/ports.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Packs } from './packs.ts';
import type { UsageCounter } from './usage.ts';
import { readFragments, receivedAtOf, restoresOf } from './wake-up-text.ts';

export interface StoredDeadLetter extends TenantScope {
  readonly messageId: string;
  readonly diedAtMs: number;
  readonly wakeUp: WakeUp;
}

export interface DeadLettersDeps {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly packs: Packs;
  readonly usage: UsageCounter;
  readonly clock: Clock;
}

/** The wake-ups that were given up, for the person who looks at them and sends them back. */
export class DeadLetters {
  readonly #deps: DeadLettersDeps;
  readonly #count: StatementSync;
  readonly #last: StatementSync;
  readonly #select: StatementSync;
  readonly #selectNaming: StatementSync;
  readonly #selectPacks: StatementSync;
  readonly #revive: StatementSync;
  readonly #delete: StatementSync;

  constructor(deps: DeadLettersDeps) {
    this.#deps = deps;
    const { database } = deps;
    this.#count = database.prepare('SELECT count(*) AS count FROM dead_letter');
    this.#last = database.prepare('SELECT max(id) AS id FROM dead_letter');
    this.#select = database.prepare(
      'SELECT id, died_at, due_at, received_at, reason, tenant, attempt, restores, fragments FROM dead_letter WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
    );
    this.#selectNaming = database.prepare(
      'SELECT id, died_at, due_at, received_at, reason, tenant, attempt, restores, fragments FROM dead_letter WHERE tenant = ? AND instr(fragments, ?) > 0 ORDER BY id',
    );
    this.#selectPacks = database.prepare('SELECT packs, fragment_count FROM dead_letter WHERE id = ?');
    // With the old time it would be a decision that is hours late, and spans are refused while there is one.
    this.#revive = database.prepare(
      'INSERT INTO wake_up (visible_at, due_at, received_at, receive_count, tenant, attempt, restores, fragment_count, packs, fragments) SELECT ?, ?, coalesce(received_at, due_at), 0, tenant, 0, restores, fragment_count, packs, fragments FROM dead_letter WHERE id = ?',
    );
    this.#delete = database.prepare('DELETE FROM dead_letter WHERE id = ?');
  }

  count(): number {
    return Number(this.#count.get()?.['count']);
  }

  /** The one that died last; those that die later have greater IDs. */
  lastMessageId(): string {
    return String(this.#last.get()?.['id'] ?? 0);
  }

  /** Those that name a trace. Looks through all of them. */
  naming(traceId: string, { tenant = '' }: TenantScope = {}): readonly StoredDeadLetter[] {
    return this.#selectNaming.all(tenant, traceId).map(toDeadLetter);
  }

  /** Lists up to `max` in the order in which they died: those after one that is known already, up to another. */
  list(max: number, after = '0', last = String(Number.MAX_SAFE_INTEGER)): readonly StoredDeadLetter[] {
    return this.#select.all(Number(after), Number(last), max).map(toDeadLetter);
  }

  /**
   * Sends them back to the queue, due at once, with all attempts before them: each in one transaction, so that it is never in both, and
   * one that somebody else has sent back is not sent twice. Resolves to those that were still there.
   */
  async sendBack(messageIds: readonly string[]): Promise<readonly string[]> {
    const { writer, clock } = this.#deps;
    const nowMs = clock.now();
    const areSent = await Promise.all(messageIds.map((id) => writer.write(() => this.#sendBack(Number(id), nowMs))));
    return messageIds.filter((_, index) => areSent[index]);
  }

  #sendBack(id: number, nowMs: number): boolean {
    const { packs, usage } = this.#deps;
    const row = this.#selectPacks.get(id);
    if (row === undefined) return false;
    this.#revive.run(nowMs, nowMs, id);
    this.#delete.run(id);
    const named: number[] = JSON.parse(String(row['packs']));
    for (const pack of named) packs.changeWaiting(pack, 1);
    usage.add('wakeUps', 1);
    usage.add('waitingFragments', Number(row['fragment_count']));
    return true;
  }

  async delete(messageIds: readonly string[]): Promise<void> {
    const ids = messageIds.map(Number);
    await this.#deps.writer.write(() => {
      for (const id of ids) this.#delete.run(id);
    });
  }
}

function toDeadLetter(row: Record<string, unknown>): StoredDeadLetter {
  const tenant = String(row['tenant']);
  const reason = row['reason'];
  return {
    messageId: String(row['id']),
    diedAtMs: Number(row['died_at']),
    ...(tenant !== '' && { tenant }),
    wakeUp: {
      dueAtMs: Number(row['due_at']),
      attempt: Number(row['attempt']),
      ...readFragments(String(row['fragments'])),
      ...receivedAtOf(row),
      ...restoresOf(row),
      ...(typeof reason === 'string' && { reason }),
    },
  };
}
