import { fragmentExpiresAt, isExpired, recordExpiresAt } from '../../lib/aws/dynamodb/schema.ts';
import { byArrival, DEFAULT_BUFFER_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import type { Arrival, ArrivalLog } from '../../lib/pipeline/explain/ports.ts';
import type {
  BufferedFragment,
  BufferedTrace,
  Clock,
  DecisionRecord,
  LookNote,
  ReadOptions,
  SpanBuffer,
} from '../../lib/pipeline/ports.ts';
import { TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import { LARGEST_TRACE, type TraceSize, whatExceeds } from '../../lib/pipeline/trace-limits.ts';

interface StoredTrace {
  record?: { readonly record: DecisionRecord | LookNote; readonly expiresAt: number };
  readonly fragments: Map<string, { readonly fragment: BufferedFragment; readonly expiresAt: number }>;
  readonly lists: Map<string, { readonly hashes: readonly string[]; readonly expiresAt: number }>;
}

export interface MemorySpanBufferOptions {
  readonly clock: Clock;
  /** @default 24 hours */
  readonly bufferTtlMs?: number;
}

/** A span buffer for tests: nothing survives the process. */
export class MemorySpanBuffer implements SpanBuffer, ArrivalLog {
  readonly #clock: Clock;
  readonly #bufferTtlMs: number;
  readonly #traces = new Map<string, StoredTrace>();

  constructor(options: MemorySpanBufferOptions) {
    this.#clock = options.clock;
    this.#bufferTtlMs = options.bufferTtlMs ?? DEFAULT_BUFFER_TTL_MS;
  }

  async append(fragments: readonly BufferedFragment[]): Promise<void> {
    for (const fragment of fragments) {
      this.#trace(fragment.traceId).fragments.set(fragment.hash, {
        fragment: { ...fragment, payload: fragment.payload.slice() },
        expiresAt: fragmentExpiresAt(fragment.receivedAtMs, this.#bufferTtlMs),
      });
    }
  }

  async read(
    traceId: string,
    { known = [], limit = LARGEST_TRACE, wholeUpTo = Number.POSITIVE_INFINITY }: ReadOptions = {},
  ): Promise<BufferedTrace> {
    const nowMs = this.#clock.now();
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    const record = structuredClone(this.#liveRecord(traceId, nowMs));
    const [decision, note] = record === undefined || !('outcome' in record) ? [record, undefined] : [undefined, record];
    const live = this.#liveFragments(traceId, nowMs);
    if (record !== undefined && live.length > wholeUpTo) return { decision, note, fragments: [], isRecordOnly: true };
    assertSize(traceId, live, limit, decision);
    const fragments = live.map((fragment) => copyOf(fragment, payloads.get(fragment.hash)));
    return { decision, note, fragments };
  }

  async readFragments(traceId: string, hashes: readonly string[], limit = LARGEST_TRACE) {
    const named = new Set(hashes);
    const live = this.#liveFragments(traceId, this.#clock.now()).filter(({ hash }) => named.has(hash));
    assertSize(traceId, live, limit, undefined);
    return live.map((fragment) => copyOf(fragment));
  }

  async arrivals(traceId: string): Promise<readonly Arrival[]> {
    return [...(this.#traces.get(traceId)?.fragments.values() ?? [])]
      .map(({ fragment: { hash, receivedAtMs, spanCount } }) => ({ hash, receivedAtMs, spanCount }))
      .sort(byArrival);
  }

  async record(traceId: string, record: DecisionRecord | LookNote, over?: 'note' | 'decision') {
    const nowMs = this.#clock.now();
    const stored = this.#liveRecord(traceId, nowMs);
    if ((stored?.version ?? 0) !== record.version - 1) return 'conflict' as const;
    if (stored !== undefined && over !== undefined && 'outcome' in stored !== (over === 'note'))
      return 'conflict' as const;
    const expiresAt =
      'outcome' in record ? fragmentExpiresAt(nowMs, this.#bufferTtlMs) : recordExpiresAt(nowMs, this.#bufferTtlMs);
    this.#trace(traceId).record = { record: structuredClone(record), expiresAt };
    return 'recorded' as const;
  }

  async writeList(traceId: string, name: string, hashes: readonly string[]): Promise<void> {
    const expiresAt = recordExpiresAt(this.#clock.now(), this.#bufferTtlMs);
    this.#trace(traceId).lists.set(name, { hashes: [...hashes], expiresAt });
  }

  async readList(traceId: string, name: string): Promise<readonly string[] | undefined> {
    const list = this.#traces.get(traceId)?.lists.get(name);
    return list === undefined || isExpired(list.expiresAt, this.#clock.now()) ? undefined : list.hashes;
  }

  /** The traces that anything was ever written for, for assertions. */
  traceIds(): readonly string[] {
    return [...this.#traces.keys()];
  }

  #liveFragments(traceId: string, nowMs: number): readonly BufferedFragment[] {
    return [...(this.#traces.get(traceId)?.fragments.values() ?? [])]
      .filter(({ expiresAt }) => !isExpired(expiresAt, nowMs))
      .map(({ fragment }) => fragment)
      .sort(byArrival);
  }

  #liveRecord(traceId: string, nowMs: number): DecisionRecord | LookNote | undefined {
    const stored = this.#traces.get(traceId)?.record;
    return stored === undefined || isExpired(stored.expiresAt, nowMs) ? undefined : stored.record;
  }

  #trace(traceId: string): StoredTrace {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) {
      trace = { fragments: new Map(), lists: new Map() };
      this.#traces.set(traceId, trace);
    }
    return trace;
  }
}

function copyOf(fragment: BufferedFragment, known?: Uint8Array): BufferedFragment {
  return { ...fragment, payload: known ?? fragment.payload.slice() };
}

function assertSize(
  traceId: string,
  fragments: readonly BufferedFragment[],
  limit: TraceSize,
  decision: DecisionRecord | undefined,
): void {
  const size = {
    fragments: fragments.length,
    spans: fragments.reduce((sum, { spanCount }) => sum + spanCount, 0),
    bytes: fragments.reduce((sum, { payload }) => sum + payload.length, 0),
  };
  const excess = whatExceeds(size, limit);
  if (excess !== undefined) throw new TraceTooLargeError(`trace ${traceId} has ${excess} in the buffer`, decision);
}
