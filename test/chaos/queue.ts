import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Waiting {
  readonly wakeUps: number;
  readonly deadLetters: number;
  /** Of spans whose request failed after they were written: no wake-up names them, and they go when they expire. */
  readonly heldBytes: number;
}

/** What the database of a data folder says, read by another process than its owner. */
function waitingIn(path: string): Waiting {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    const count = (table: string) =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
    const heldBytes = Number(database.prepare('SELECT undecided_bytes AS bytes FROM usage').get()?.['bytes']);
    return { wakeUps: count('wake_up'), deadLetters: count('dead_letter'), heldBytes };
  } finally {
    database.close();
  }
}

/** Resolves when nothing waits for its decision any more, or the time is over. */
export async function drain(path: string, seconds: number): Promise<Waiting> {
  const endMs = performance.now() + seconds * 1_000;
  for (;;) {
    const waiting = waitingIn(path);
    if (waiting.wakeUps === 0 || performance.now() > endMs) return waiting;
    await sleep(500);
  }
}

/** What SQLite finds wrong with the file; nothing when it is sound. */
export function damageOf(path: string): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const found = database
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => String(row['integrity_check']));
    return found.filter((line) => line !== 'ok');
  } finally {
    database.close();
  }
}
