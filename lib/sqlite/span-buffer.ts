import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import {
  type BufferedFragment,
  type BufferedTrace,
  type Clock,
  type DecisionRecord,
  type ReadOptions,
  type SpanBuffer,
  TraceTooLargeError,
} from '../pipeline/ports.ts';
import { LARGEST_TRACE, whatExceeds } from '../pipeline/trace-limits.ts';
import type { GroupCommit } from './group-commit.ts';
import { type EncodedPack, encodePack, type PackEntry } from './pack.ts';
import type { Packs, StoredPack } from './packs.ts';
import { RECORD_EXTRA_TTL_MS, tenantPrefix } from './schema.ts';
import type { Snapshot } from './snapshot.ts';
import type { TraceIndex } from './trace-index.ts';

export interface SqliteSpanBufferDeps extends TenantScope {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly packs: Packs;
  readonly snapshot: Snapshot;
  readonly index: TraceIndex;
  readonly clock: Clock;
  readonly bufferTtlMs: number;
}

/** A larger append is several packs, so that no write takes long. A fragment is never divided. */
const PACK_BYTES = 256 * 1024;
const PACK_FRAGMENTS = 1_000;

/**
 * The span buffer on SQLite. The fragments of an export request are one row (`pack.ts`); a decision record is a row of its
 * own. The same fragment may be in several packs: the last one counts.
 */
export class SqliteSpanBuffer implements SpanBuffer {
  readonly #deps: SqliteSpanBufferDeps;
  readonly #tenant: string;
  readonly #selectRecord: StatementSync;
  readonly #selectVersion: StatementSync;
  readonly #putRecord: StatementSync;

  constructor(deps: SqliteSpanBufferDeps) {
    this.#deps = deps;
    this.#tenant = deps.tenant ?? '';
    const { database } = deps;
    this.#selectRecord = database.prepare('SELECT record FROM decision WHERE trace = ? AND expires_at > ?');
    this.#selectVersion = database.prepare('SELECT version FROM decision WHERE trace = ? AND expires_at > ?');
    this.#putRecord = database.prepare(
      'INSERT INTO decision (trace, version, expires_at, record) VALUES (?, ?, ?, ?) ON CONFLICT (trace) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at, record = excluded.record',
    );
  }

  async append(fragments: readonly BufferedFragment[]): Promise<void> {
    await Promise.all(inPacks(fragments).map((part) => this.#appendPack(part)));
  }

  async #appendPack(fragments: readonly BufferedFragment[]): Promise<void> {
    const { writer, packs, bufferTtlMs } = this.#deps;
    const pack: EncodedPack = await encodePack(fragments);
    const id = await writer.write(() => packs.insert(this.#tenant, pack, pack.receivedAtMs + bufferTtlMs));
    packs.rememberUnsent(id, fragments);
  }

  async read(traceId: string, { known = [], limit = LARGEST_TRACE }: ReadOptions = {}): Promise<BufferedTrace> {
    const nowMs = this.#deps.clock.now();
    const found = await this.#find(traceId, nowMs);
    const decision = this.#decision(traceId, nowMs);
    const size = { fragments: 0, spans: 0, bytes: 0 };
    for (const { entry } of found) {
      size.fragments += 1;
      size.spans += entry.spanCount;
      size.bytes += entry.length;
    }
    const excess = whatExceeds(size, limit);
    if (excess !== undefined) throw new TraceTooLargeError(`trace ${traceId} has ${excess} in the buffer`, decision);
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    const fragments: BufferedFragment[] = [];
    for (const { pack, entry } of found) {
      const { hash, spanCount } = entry;
      const payload = payloads.get(hash) ?? (await this.#payload(pack, entry));
      // It expired and was deleted between two steps of this read.
      if (payload === undefined) continue;
      fragments.push({ traceId, hash, payload, receivedAtMs: pack.receivedAtMs, spanCount });
    }
    return { decision, fragments: fragments.sort(byArrival) };
  }

  async record(traceId: string, record: DecisionRecord): Promise<'recorded' | 'conflict'> {
    const { writer, clock, bufferTtlMs } = this.#deps;
    const key = this.#key(traceId);
    const text = JSON.stringify(record);
    const nowMs = clock.now();
    return writer.write(() => {
      const stored = Number(this.#selectVersion.get(key, nowMs)?.['version'] ?? 0);
      if (stored !== record.version - 1) return 'conflict';
      this.#putRecord.run(key, record.version, nowMs + bufferTtlMs + RECORD_EXTRA_TTL_MS, text);
      return 'recorded';
    });
  }

  /** The fragments of a trace that have not expired, each once: as it was appended last. */
  async #find(traceId: string, nowMs: number) {
    const { packs, index, bufferTtlMs } = this.#deps;
    const found = new Map<string, { readonly pack: StoredPack; readonly entry: PackEntry }>();
    for (const id of await index.find(this.#tenant, traceId)) {
      const pack = packs.load(id);
      if (pack === undefined || pack.tenant !== this.#tenant || pack.receivedAtMs + bufferTtlMs <= nowMs) continue;
      for (const entry of pack.traces.get(traceId) ?? []) found.set(entry.hash, { pack, entry });
    }
    return [...found.values()];
  }

  async #payload({ id }: StoredPack, { offset, length }: PackEntry): Promise<Uint8Array | undefined> {
    return (await this.#deps.packs.body(id))?.subarray(offset, offset + length);
  }

  #decision(traceId: string, nowMs: number): DecisionRecord | undefined {
    this.#deps.snapshot.enter();
    const row = this.#selectRecord.get(this.#key(traceId), nowMs);
    return row === undefined ? undefined : JSON.parse(String(row['record']));
  }

  #key(traceId: string): string {
    return tenantPrefix(this.#deps) + traceId;
  }
}

/** The order of arrival: by `receivedAtMs`, then by hash (in code units, which are the same on every machine). */
function byArrival(left: BufferedFragment, right: BufferedFragment): number {
  if (left.receivedAtMs !== right.receivedAtMs) return left.receivedAtMs - right.receivedAtMs;
  if (left.hash === right.hash) return 0;
  return left.hash < right.hash ? -1 : 1;
}

/** Divides what is appended: a pack has one time of arrival, and a bounded size. */
function inPacks(fragments: readonly BufferedFragment[]): readonly (readonly BufferedFragment[])[] {
  const packs: BufferedFragment[][] = [];
  const open = new Map<number, { readonly pack: BufferedFragment[]; bytes: number }>();
  for (const fragment of fragments) {
    let part = open.get(fragment.receivedAtMs);
    const isFull =
      part !== undefined && (part.pack.length === PACK_FRAGMENTS || part.bytes + fragment.payload.length > PACK_BYTES);
    if (part === undefined || isFull) {
      part = { pack: [], bytes: 0 };
      packs.push(part.pack);
      open.set(fragment.receivedAtMs, part);
    }
    part.pack.push(fragment);
    part.bytes += fragment.payload.length;
  }
  return packs;
}
