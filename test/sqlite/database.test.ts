import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openDatabase, UnusableDatabaseError } from '../../lib/sqlite/database.ts';
import { useStores } from './temporary-store.ts';

const { newPath } = useStores();

describe('openDatabase', () => {
  it('opens what it has created', () => {
    const path = newPath();
    openDatabase(path).close();
    openDatabase(path).close();
  });

  it('refuses another format, says what to do, and changes nothing', () => {
    const path = newPath();
    openDatabase(path).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 9; DROP TABLE usage');
    database.close();
    expect(() => openDatabase(path)).toThrow(UnusableDatabaseError);
    expect(() => openDatabase(path)).toThrow(
      `${path} has format 9, this version of Tailgate reads format 3: start the version that wrote it until its spans are decided, or choose another folder`,
    );
  });

  it("refuses another program's database, and a file that is none", () => {
    const path = newPath();
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE guest (name TEXT)');
    database.close();
    expect(() => openDatabase(path)).toThrow('has format 0');
    const text = `${path}.txt`;
    writeFileSync(text, 'no database, but a text that is long enough to be taken for one. '.repeat(100));
    expect(() => openDatabase(text)).toThrow('is not a database of Tailgate');
  });

  it('says nothing of experimental modules, and leaves other warnings alone', () => {
    const script = `
      const { openDatabase } = await import(${JSON.stringify(new URL('../../lib/sqlite/database.ts', import.meta.url).href)});
      openDatabase(${JSON.stringify(newPath())}).close();
      process.emitWarning('other', 'ExperimentalWarning');`;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stderr).toContain('ExperimentalWarning: other');
    expect(stderr).not.toContain('SQLite');
  });
});
