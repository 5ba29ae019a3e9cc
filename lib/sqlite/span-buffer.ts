import type { TenantScope } from '../archive/layout.ts';
import { byArrival } from '../pipeline/adapter-rules.ts';
import type { Arrival, ArrivalLog } from '../pipeline/explain/ports.ts';
import {
  type BufferedFragment,
  type BufferedTrace,
  type Clock,
  type DecisionRecord,
  type LookNote,
  type ReadOptions,
  type SpanBuffer,
  TraceTooLargeError,
} from '../pipeline/ports.ts';
import { LARGEST_TRACE, type TraceSize, whatExceeds } from '../pipeline/trace-limits.ts';
import type { GroupCommit } from './group-commit.ts';
import { encodePack, type PackEntry, tagOfHash } from './pack.ts';
import type { Packs } from './packs.ts';
import type { Records } from './records.ts';
import { tenantPrefix } from './schema.ts';
import type { TraceIndex } from './trace-index.ts';
import { type FragmentPlace, packOf, tagAt } from './trace-segment.ts';

export interface SqliteSpanBufferDeps extends TenantScope {
  readonly writer: GroupCommit;
  readonly packs: Packs;
  readonly index: TraceIndex;
  readonly records: Records;
  readonly clock: Clock;
  readonly bufferTtlMs: number;
}

/** A larger append is several packs, so that no write takes long. A fragment is never divided. */
const PACK_BYTES = 256 * 1024;
const PACK_FRAGMENTS = 1_000;
/** Of one append. Compressing them takes a millisecond. */
const PACKS_AT_ONCE = 4;
/**
 * Payloads of a trace in more packs than this are copied. Those of others lie in the bodies of their packs, which stay in memory
 * as long as one of them does.
 */
const PACKS_IN_MEMORY = 16;

/** A fragment of a trace, without its payload. */
interface FoundFragment {
  readonly pack: number;
  readonly receivedAtMs: number;
  readonly entry: PackEntry;
}

/**
 * The span buffer on SQLite. The fragments of an export request are one row (`pack.ts`); the record of a trace is a row of its
 * own. The same fragment may be in several packs: the last one counts.
 */
export class SqliteSpanBuffer implements SpanBuffer, ArrivalLog {
  readonly #deps: SqliteSpanBufferDeps;
  readonly #tenant: string;

  constructor(deps: SqliteSpanBufferDeps) {
    this.#deps = deps;
    this.#tenant = deps.tenant ?? '';
  }

  async append(fragments: readonly BufferedFragment[]): Promise<void> {
    const parts = inPacks(fragments);
    const next = parts.values();
    // Compressing a pack keeps the thread busy: a large request takes turns with others.
    const work = async () => {
      for (const part of next) await this.#appendPack(part);
    };
    await Promise.all(Array.from({ length: Math.min(PACKS_AT_ONCE, parts.length) }, work));
  }

  async #appendPack(fragments: readonly BufferedFragment[]): Promise<void> {
    const { writer, packs, bufferTtlMs } = this.#deps;
    const pack = await encodePack(fragments);
    const id = await writer.write(() => packs.insert(this.#tenant, pack, pack.receivedAtMs + bufferTtlMs));
    packs.rememberUnsent(id, this.#tenant, fragments);
  }

  async read(traceId: string, options: ReadOptions = {}): Promise<BufferedTrace> {
    const { known = [], limit = LARGEST_TRACE, wholeUpTo = Number.POSITIVE_INFINITY } = options;
    const finding = this.#deps.index.find(this.#tenant, traceId);
    const places = finding instanceof Promise ? await finding : finding;
    const record = this.#deps.records.read(this.#nameOf(traceId));
    const [decision, note] = record !== undefined && 'outcome' in record ? [undefined, record] : [record, undefined];
    if (record !== undefined && this.#hasMoreThan(wholeUpTo, traceId, places)) {
      return { decision, note, fragments: [], isRecordOnly: true };
    }
    const found = this.#locate(traceId, places);
    assertSize(traceId, found, limit, decision);
    return { decision, note, fragments: await this.#load(traceId, found, known) };
  }

  async readFragments(traceId: string, hashes: readonly string[], limit = LARGEST_TRACE) {
    const named = new Set(hashes);
    const tags = new Set(hashes.map(tagOfHash));
    const places = await this.#deps.index.find(this.#tenant, traceId);
    const candidates = this.#locate(
      traceId,
      places.filter((place) => tags.has(tagAt(place))),
    );
    const found = candidates.filter(({ entry }) => named.has(entry.hash));
    assertSize(traceId, found, limit, undefined);
    return this.#load(traceId, found, []);
  }

  async arrivals(traceId: string): Promise<readonly Arrival[]> {
    const places = await this.#deps.index.find(this.#tenant, traceId);
    return this.#locate(traceId, places, true)
      .map(({ receivedAtMs, entry: { hash, spanCount } }) => ({ hash, receivedAtMs, spanCount }))
      .sort(byArrival);
  }

  record(traceId: string, record: DecisionRecord | LookNote, over?: 'note' | 'decision') {
    return this.#deps.records.write(this.#nameOf(traceId), record, over);
  }

  writeList(traceId: string, name: string, hashes: readonly string[]): Promise<void> {
    return this.#deps.records.writeList(this.#nameOf(traceId), name, hashes);
  }

  async readList(traceId: string, name: string): Promise<readonly string[] | undefined> {
    return this.#deps.records.readList(this.#nameOf(traceId), name);
  }

  /** Whether the trace has more fragments than this. Looks at a few more at most, newest first. */
  #hasMoreThan(count: number, traceId: string, places: readonly FragmentPlace[]): boolean {
    if (places.length <= count) return false;
    const hashes = new Set<string>();
    for (const place of places.toReversed()) {
      for (const { hash } of this.#entries(traceId, packOf(place))?.entries ?? []) hashes.add(hash);
      if (hashes.size > count) return true;
    }
    return false;
  }

  /** The fragments of a trace at these places, usually those that have not expired, each once: as it was appended last. */
  #locate(traceId: string, places: readonly FragmentPlace[], withExpired: boolean = false): readonly FoundFragment[] {
    const found = new Map<string, FoundFragment>();
    let last: number | undefined;
    for (const place of places) {
      const pack = packOf(place);
      // All fragments of the trace in a pack are found at the first of their places.
      if (pack === last) continue;
      last = pack;
      const { receivedAtMs, entries } = this.#entries(traceId, pack, withExpired) ?? { receivedAtMs: 0, entries: [] };
      for (const entry of entries) found.set(entry.hash, { pack, receivedAtMs, entry });
    }
    return [...found.values()];
  }

  /** What a pack has of a trace; `undefined`: it has expired, or is another tenant's. */
  #entries(traceId: string, id: number, withExpired: boolean = false) {
    const { packs, clock, bufferTtlMs } = this.#deps;
    const pack = packs.load(id);
    if (pack === undefined || pack.tenant !== this.#tenant) return undefined;
    const { receivedAtMs, traces } = pack;
    if (!withExpired && receivedAtMs + bufferTtlMs <= clock.now()) return undefined;
    return { receivedAtMs, entries: traces.get(traceId) ?? [] };
  }

  async #load(traceId: string, found: readonly FoundFragment[], known: readonly BufferedFragment[]) {
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    const isCopied = found.length > PACKS_IN_MEMORY;
    const fragments: BufferedFragment[] = [];
    for (const { pack, receivedAtMs, entry } of found) {
      const { hash, spanCount } = entry;
      const payload = payloads.get(hash) ?? (await this.#payload(pack, entry, isCopied));
      // It was deleted between two steps of this reading.
      if (payload === undefined) continue;
      fragments.push({ traceId, hash, payload, receivedAtMs, spanCount });
    }
    return fragments.sort(byArrival);
  }

  async #payload(pack: number, { offset, length }: PackEntry, isCopied: boolean): Promise<Uint8Array | undefined> {
    const body = await this.#deps.packs.body(pack);
    return isCopied ? body?.slice(offset, offset + length) : body?.subarray(offset, offset + length);
  }

  #nameOf(traceId: string): string {
    return tenantPrefix(this.#deps) + traceId;
  }
}

/** @throws {TraceTooLargeError} */
function assertSize(
  traceId: string,
  found: readonly FoundFragment[],
  limit: TraceSize,
  decision: DecisionRecord | undefined,
): void {
  const size = { fragments: found.length, spans: 0, bytes: 0 };
  for (const { entry } of found) {
    size.spans += entry.spanCount;
    size.bytes += entry.length;
  }
  const excess = whatExceeds(size, limit);
  if (excess !== undefined) throw new TraceTooLargeError(`trace ${traceId} has ${excess} in the buffer`, decision);
}

/** Divides what is appended: a pack has one time of arrival, and a bounded size. */
function inPacks(fragments: readonly BufferedFragment[]): readonly (readonly BufferedFragment[])[] {
  const packs: BufferedFragment[][] = [];
  const open = new Map<number, { readonly pack: BufferedFragment[]; bytes: number }>();
  for (const fragment of fragments) {
    let part = open.get(fragment.receivedAtMs);
    const bytes = (part?.bytes ?? 0) + fragment.payload.length;
    if (part === undefined || part.pack.length === PACK_FRAGMENTS || bytes > PACK_BYTES) {
      part = { pack: [], bytes: 0 };
      packs.push(part.pack);
      open.set(fragment.receivedAtMs, part);
    }
    part.pack.push(fragment);
    part.bytes += fragment.payload.length;
  }
  return packs;
}
