import { DEFAULT_BUFFER_TTL_MS, fragmentExpiresAt, isExpired, recordExpiresAt } from '../../lib/aws/dynamodb/schema.ts';
import { byArrival } from '../../lib/aws/dynamodb/span-buffer.ts';
import type {
  BufferedFragment,
  BufferedTrace,
  Clock,
  DecisionRecord,
  ReadOptions,
  SpanBuffer,
} from '../../lib/pipeline/ports.ts';
import { TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import { LARGEST_TRACE, whatExceeds } from '../../lib/pipeline/trace-limits.ts';

interface StoredTrace {
  record?: { readonly decision: DecisionRecord; readonly expiresAt: number };
  readonly fragments: Map<string, { readonly fragment: BufferedFragment; readonly expiresAt: number }>;
}

export interface MemorySpanBufferOptions {
  readonly clock: Clock;
  /** @default 24 hours */
  readonly bufferTtlMs?: number;
}

/** A span buffer for tests: nothing survives the process. */
export class MemorySpanBuffer implements SpanBuffer {
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

  async read(traceId: string, { known = [], limit = LARGEST_TRACE }: ReadOptions = {}): Promise<BufferedTrace> {
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    const nowMs = this.#clock.now();
    const fragments = [...(this.#traces.get(traceId)?.fragments.values() ?? [])]
      .filter(({ expiresAt }) => !isExpired(expiresAt, nowMs))
      .map(({ fragment }) => ({ ...fragment, payload: payloads.get(fragment.hash) ?? fragment.payload.slice() }))
      .sort(byArrival);
    const decision = structuredClone(this.#liveDecision(traceId, nowMs));
    const size = {
      fragments: fragments.length,
      spans: fragments.reduce((sum, { spanCount }) => sum + spanCount, 0),
      bytes: fragments.reduce((sum, { payload }) => sum + payload.length, 0),
    };
    const excess = whatExceeds(size, limit);
    if (excess !== undefined) throw new TraceTooLargeError(`trace ${traceId} has ${excess} in the buffer`, decision);
    return { decision, fragments };
  }

  async record(traceId: string, record: DecisionRecord): Promise<'recorded' | 'conflict'> {
    const nowMs = this.#clock.now();
    if ((this.#liveDecision(traceId, nowMs)?.version ?? 0) !== record.version - 1) return 'conflict';
    this.#trace(traceId).record = {
      decision: structuredClone(record),
      expiresAt: recordExpiresAt(nowMs, this.#bufferTtlMs),
    };
    return 'recorded';
  }

  /** The traces that anything was ever written for, for assertions. */
  traceIds(): readonly string[] {
    return [...this.#traces.keys()];
  }

  #liveDecision(traceId: string, nowMs: number): DecisionRecord | undefined {
    const record = this.#traces.get(traceId)?.record;
    return record === undefined || isExpired(record.expiresAt, nowMs) ? undefined : record.decision;
  }

  #trace(traceId: string): StoredTrace {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) {
      trace = { fragments: new Map() };
      this.#traces.set(traceId, trace);
    }
    return trace;
  }
}
