import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** The file is there, and this version of Tailgate does not use it. Nothing in it was changed. */
export class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
}

/** How long a write waits for the writer of another thread or process. A transaction takes a few milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/**
 * Fewer, larger pages: a pack has 5 to 30 KB, and each page costs two system calls when it is written to the log, and two
 * when it is moved to the file.
 */
const PAGE_BYTES = 8 * 1024;
/** The log is moved to the file when it has this many pages: 4 MB, some 5 ms. */
const CHECKPOINT_PAGES = 512;
/** The same where another thread does it, and only must not be left alone with it: 64 MB. */
const ASSISTED_CHECKPOINT_PAGES = 8_192;
/** A log that grew beyond this, under a reader that took long, is truncated. */
const LOG_BYTES = 64 * 1024 * 1024;
const CACHE_KIB = 16 * 1024;

/**
 * Opens the database, and creates it with its folder if necessary. Any number of threads and processes may have it open.
 *
 * A commit writes to the log (WAL) and does not wait for the disk (`synchronous=NORMAL`): {@link GroupCommit} syncs the log
 * itself, off the event loop, before it answers. SQLite syncs before and after it moves the log to the file.
 *
 * @throws {UnusableDatabaseError} for a file that is no database, or one of another version
 */
export function openDatabase(
  path: string,
  { isAssisted = false }: { readonly isAssisted?: boolean } = {},
): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const { DatabaseSync: Database } = loadSqlite();
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // The size of pages can only be chosen before there are any.
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`);
    const checkpointPages = isAssisted ? ASSISTED_CHECKPOINT_PAGES : CHECKPOINT_PAGES;
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA journal_size_limit = ${LOG_BYTES}`);
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
    createTables(database, path);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof UnusableDatabaseError || !isNoDatabase(error)) throw error;
    throw new UnusableDatabaseError(
      `${path} is not a database of Tailgate (${error instanceof Error ? error.message : String(error)}): move it away, or choose another folder`,
      { cause: error },
    );
  }
}

function createTables(database: DatabaseSync, path: string): void {
  if (versionOf(database) !== SCHEMA_VERSION) {
    // Of two processes that open a new file at once, one creates the tables.
    database.exec('BEGIN IMMEDIATE');
    try {
      if (versionOf(database) === 0 && isEmpty(database)) {
        database.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`);
      }
      database.exec('COMMIT');
    } catch (error) {
      // Where there was no room, SQLite has rolled it back itself.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
  const version = versionOf(database);
  if (version === SCHEMA_VERSION) return;
  throw new UnusableDatabaseError(
    `${path} has format ${version}, this version of Tailgate reads format ${SCHEMA_VERSION}: start the version that wrote it until its spans are decided, or choose another folder`,
  );
}

/** Tables that every version has had. */
const OWN_TABLES = ['wake_up', 'dead_letter', 'record'] as const;

/** Whether a file is a database of Tailgate, of whatever version: it may then be deleted. Nothing in it is changed. */
export function isTailgateDatabase(path: string): boolean {
  const { DatabaseSync: Database } = loadSqlite();
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const names = new Set(tables.map(({ name }) => name));
    return OWN_TABLES.every((name) => names.has(name));
  } catch (error) {
    if (isNoDatabase(error)) return false;
    throw error;
  } finally {
    database.close();
  }
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0;
}

/** SQLite's result codes for a file that is something else, or damaged. https://sqlite.org/rescode.html */
const NO_DATABASE = new Set([11, 26]);

function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && NO_DATABASE.has(Number(error.errcode) & 0xff);
}

/**
 * Loads `node:sqlite`. Node.js 22 calls the module experimental each time a process loads it, which says nothing to the
 * person who started Tailgate: only that warning is left out, and only while it is loaded.
 */
function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  const isAboutSqlite = ([warning, type]: readonly unknown[]) =>
    type === 'ExperimentalWarning' && String(warning).includes('SQLite');
  process.emitWarning = (...args: unknown[]) => {
    if (!isAboutSqlite(args)) Reflect.apply(emitWarning, process, args);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
