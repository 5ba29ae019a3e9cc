import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../lib/sqlite/database.ts';
import { GroupCommit, type GroupCommitDeps } from '../../lib/sqlite/group-commit.ts';
import { Snapshot } from '../../lib/sqlite/snapshot.ts';
import { UsageCounter } from '../../lib/sqlite/usage.ts';
import { useStores } from './temporary-store.ts';

const { newPath } = useStores();

function create(options: Pick<GroupCommitDeps, 'sync'> = {}) {
  const path = newPath();
  const database = openDatabase(path);
  const usage = new UsageCounter(database);
  const time = { ms: 0 };
  const snapshot = new Snapshot(database);
  const writer = new GroupCommit({ database, path, usage, snapshot, elapsedMs: () => time.ms, ...options });
  database.exec('CREATE TABLE number (n INTEGER NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO number VALUES (?)');
  const numbers = () =>
    database
      .prepare('SELECT n FROM number ORDER BY n')
      .all()
      .map(({ n }) => n);
  return { database, time, usage, writer, insert, numbers };
}

describe('GroupCommit', () => {
  it('writes what comes in one turn in one transaction, with one sync', async () => {
    const { writer, insert, numbers } = create();
    await Promise.all(Array.from({ length: 20 }, (_, n) => writer.write(() => insert.run(n))));
    expect(writer.counts).toEqual({ writes: 20, transactions: 1, syncs: 1 });
    expect(numbers()).toHaveLength(20);
  });

  it('writes what comes while a sync is on its way in one more', async () => {
    const { writer, insert } = create();
    const first = writer.write(() => insert.run(1));
    await new Promise((resolve) => setImmediate(resolve));
    const others = Array.from({ length: 20 }, (_, n) => writer.write(() => insert.run(n)));
    await Promise.all([first, ...others]);
    expect(writer.counts).toEqual({ writes: 21, transactions: 2, syncs: 2 });
  });

  it('keeps a transaction short, however much waits', async () => {
    const { writer, time } = create();
    const takeThreeMs = () => {
      time.ms += 3;
    };
    await Promise.all(Array.from({ length: 6 }, () => writer.write(takeThreeMs)));
    expect(writer.counts).toMatchObject({ writes: 6, transactions: 3 });
  });

  it('lets one write fail, and no other', async () => {
    const { writer, insert, numbers } = create();
    const answers = await Promise.allSettled([
      writer.write(() => insert.run(1)),
      writer.write(() => {
        insert.run(2);
        insert.run('no number');
      }),
      writer.write(() => insert.run(3)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { name: 'UnavailableError' } });
    expect(numbers()).toEqual([1, 3]);
  });

  it('counts nothing of what failed', async () => {
    const { writer, usage } = create();
    const failing = writer.write(() => {
      usage.add('wakeUps', 1);
      throw new Error('no');
    });
    await expect(failing, 'a mistake is no failure of the database').rejects.toMatchObject({
      name: 'Error',
      message: 'no',
    });
    await writer.write(() => usage.add('wakeUps', 10));
    expect(usage.read().wakeUps).toBe(10);
  });

  it('fails what waits when the database is locked for too long', async () => {
    const { database, writer, insert } = create();
    database.exec('PRAGMA busy_timeout = 1');
    const path = String(database.location());
    const other = openDatabase(path);
    other.exec('BEGIN IMMEDIATE');
    const answers = await Promise.allSettled([1, 2].map((n) => writer.write(() => insert.run(n))));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(answers[0]).toMatchObject({
      reason: { name: 'UnavailableError', message: expect.stringContaining('locked') },
    });
    other.exec('ROLLBACK');
    await writer.write(() => insert.run(3));
  });

  it('writes nothing more after a sync that failed, says what to do, and does not move the log', async () => {
    let isFailing = false;
    const sync = async () => {
      if (isFailing) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    };
    const { writer, insert, numbers } = create({ sync });
    await writer.write(() => insert.run(1));
    isFailing = true;
    const failed = { name: 'UnavailableError', message: expect.stringContaining('start Tailgate again') };
    const answers = await Promise.allSettled([2, 3].map((n) => writer.write(() => insert.run(n))));
    expect(answers).toMatchObject([{ reason: failed }, { reason: failed }]);
    isFailing = false;
    await expect(writer.write(() => insert.run(4))).rejects.toMatchObject(failed);
    expect(numbers()).not.toContain(4);
    expect(await writer.close()).toBe(false);
  });

  it('writes nothing more once it is closed', async () => {
    const { writer, insert } = create();
    await writer.write(() => insert.run(1));
    expect(await writer.close()).toBe(true);
    await expect(writer.write(() => insert.run(2))).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it('fails every write while there is no room, and goes on when there is', async () => {
    const { database, writer, insert, numbers } = create();
    database.exec('CREATE TABLE blob (b BLOB NOT NULL) STRICT');
    const filler = database.prepare('INSERT INTO blob VALUES (zeroblob(100000))');
    await writer.write(() => insert.run(1));
    database.exec(`PRAGMA max_page_count = ${Number(database.prepare('PRAGMA page_count').get()?.['page_count'])}`);
    for (let round = 0; round < 3; round++) {
      const writes = Array.from({ length: 3 }, () => writer.write(() => filler.run()));
      for (const answer of await Promise.allSettled(writes)) {
        expect(answer).toMatchObject({ reason: { name: 'UnavailableError', cause: { errcode: 13 } } });
      }
    }
    database.exec('PRAGMA max_page_count = 1000000');
    await Promise.all([writer.write(() => filler.run()), writer.write(() => insert.run(2))]);
    expect(numbers()).toEqual([1, 2]);
  });

  it('survives a transaction that cannot even be rolled back', async () => {
    const { database, writer, insert } = create();
    database.exec('PRAGMA busy_timeout = 1');
    const failing = writer.write(() => {
      // The connection is gone under it: nothing works any more, its own undoing included.
      database.close();
      insert.run(1);
    });
    await expect(failing).rejects.toThrow();
    await expect(writer.write(() => insert.run(2))).rejects.toMatchObject({ name: 'UnavailableError' });
  });
});
