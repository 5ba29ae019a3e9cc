import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BufferedFragment } from '../pipeline/ports.ts';
import { decodeBody, decodeDirectory, type EncodedPack, type PackEntry } from './pack.ts';
import type { Snapshot } from './snapshot.ts';
import type { UsageCounter } from './usage.ts';

/** A pack without its payloads. */
export interface StoredPack {
  readonly id: number;
  readonly tenant: string;
  readonly receivedAtMs: number;
  readonly traces: ReadonlyMap<string, readonly PackEntry[]>;
}

interface CachedPack extends StoredPack {
  /** All payloads; loaded when the first is needed. */
  body: Promise<Uint8Array> | undefined;
  bytes: number;
}

/** The wake-ups of a batch name the fragments of few packs, each again and again. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** What a directory takes in memory for each byte on disk. */
const DIRECTORY_FACTOR = 8;
/** Of its rows in the tables and indexes. */
const ROW_BYTES = 100;
/** Fragments that were appended, and no wake-up names yet. Those of requests that failed in between stay. */
const MAX_UNSENT = 100_000;

/** Packs in the database: what is written of them, and a cache for those that are read. */
export class Packs {
  readonly #usage: UsageCounter;
  readonly #snapshot: Snapshot;
  readonly #insert: StatementSync;
  readonly #insertState: StatementSync;
  readonly #changeWaiting: StatementSync;
  readonly #selectDirectory: StatementSync;
  readonly #selectBody: StatementSync;
  /** Least recently used first. */
  readonly #cache = new Map<number, CachedPack>();
  #cachedBytes = 0;
  /** Pack of each fragment that this connection appended until a wake-up names it. */
  readonly #unsent = new Map<string, number>();
  readonly counts = { packsRead: 0, packsInflated: 0 };

  constructor(database: DatabaseSync, usage: UsageCounter, snapshot: Snapshot) {
    this.#usage = usage;
    this.#snapshot = snapshot;
    this.#insert = database.prepare(
      'INSERT INTO pack (tenant, received_at, codec, directory, body) VALUES (?, ?, ?, ?, ?)',
    );
    this.#insertState = database.prepare('INSERT INTO pack_state (id, expires_at, bytes, waiting) VALUES (?, ?, ?, 1)');
    this.#changeWaiting = database.prepare(
      'UPDATE pack_state SET waiting = waiting + ? WHERE id = ? RETURNING waiting, bytes',
    );
    this.#selectDirectory = database.prepare('SELECT tenant, received_at, directory FROM pack WHERE id = ?');
    this.#selectBody = database.prepare('SELECT codec, body FROM pack WHERE id = ?');
  }

  /**
   * Inserts a pack. It counts as waiting for the wake-up that the caller is about to send: until then, and as long as a wake-up
   * names it, it is not evicted. Call it in a transaction.
   */
  insert(tenant: string, pack: EncodedPack, expiresAtMs: number): number {
    const { receivedAtMs, codec, directory, body } = pack;
    const id = Number(this.#insert.run(tenant, receivedAtMs, codec, directory, body).lastInsertRowid);
    const bytes = directory.length + body.length + ROW_BYTES;
    this.#insertState.run(id, expiresAtMs, bytes);
    this.#usage.add('undecidedBytes', bytes);
    return id;
  }

  /** Remembers which pack the fragments are in, until {@link takeUnsent}. Call it after the commit. */
  rememberUnsent(id: number, tenant: string, fragments: readonly BufferedFragment[]): void {
    for (const { traceId, hash } of fragments) this.#unsent.set(tenant + traceId + hash, id);
    while (this.#unsent.size > MAX_UNSENT) this.#unsent.delete(this.#unsent.keys().next().value ?? '');
  }

  /** The pack of a fragment that this connection appended and no wake-up has named before. */
  takeUnsent(tenant: string, traceId: string, hash: string): number | undefined {
    const key = tenant + traceId + hash;
    const id = this.#unsent.get(key);
    if (id !== undefined) this.#unsent.delete(key);
    return id;
  }

  /** Changes how many wake-ups need a pack. Nothing happens when it is gone. Call it in a transaction. */
  changeWaiting(id: number, change: number): void {
    const row = this.#changeWaiting.get(change, id);
    if (row === undefined) return;
    const [waiting, bytes] = [Number(row['waiting']), Number(row['bytes'])];
    const before = waiting - change;
    if (before > 0 === waiting > 0) return;
    const moved = waiting > 0 ? bytes : -bytes;
    this.#usage.add('undecidedBytes', moved);
    this.#usage.add('decidedBytes', -moved);
  }

  /** A pack, without its payloads; `undefined`: it was deleted. */
  load(id: number): StoredPack | undefined {
    return this.#cached(id);
  }

  /** The payloads of a pack, one after the other. `undefined`: it was deleted. */
  async body(id: number): Promise<Uint8Array | undefined> {
    const pack = this.#cached(id);
    if (pack === undefined) return undefined;
    if (pack.body === undefined) {
      this.#snapshot.enter();
      const row = this.#selectBody.get(id);
      if (row === undefined) return undefined;
      let length = 0;
      for (const entries of pack.traces.values()) for (const entry of entries) length += entry.length;
      this.counts.packsInflated += 1;
      pack.body = decodeBody(Number(row['codec']), row['body'] as Uint8Array, length);
      pack.bytes += length;
      this.#cachedBytes += length;
      this.#trim(id);
    }
    return pack.body;
  }

  #cached(id: number): CachedPack | undefined {
    const known = this.#cache.get(id);
    if (known !== undefined) {
      this.#cache.delete(id);
      this.#cache.set(id, known);
      return known;
    }
    this.#snapshot.enter();
    this.counts.packsRead += 1;
    const row = this.#selectDirectory.get(id);
    if (row === undefined) return undefined;
    const directory = row['directory'] as Uint8Array;
    const pack: CachedPack = {
      id,
      tenant: String(row['tenant']),
      receivedAtMs: Number(row['received_at']),
      traces: decodeDirectory(directory),
      body: undefined,
      bytes: directory.length * DIRECTORY_FACTOR,
    };
    this.#cache.set(id, pack);
    this.#cachedBytes += pack.bytes;
    this.#trim(id);
    return pack;
  }

  /** @param kept the pack that is being read */
  #trim(kept: number): void {
    for (const [id, { bytes }] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES) return;
      if (id === kept) continue;
      this.#cache.delete(id);
      this.#cachedBytes -= bytes;
    }
  }
}
