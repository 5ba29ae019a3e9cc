import { hashFragment } from '../../lib/aws/system.ts';
import type { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { type DecideDeps, Decider } from '../../lib/pipeline/decide/decide-batch.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../../lib/pipeline/decide/options.ts';
import type { DecideSummary } from '../../lib/pipeline/decide/tally.ts';
import type { ArrivalLog, LimitLevels } from '../../lib/pipeline/explain/ports.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import type { KeyTables, LimitStore, SpanBuffer, WakeUp, WakeUpQueue } from '../../lib/pipeline/ports.ts';
import { restoreTrace } from '../../lib/pipeline/restore-traces.ts';
import type { ReceivedWakeUp } from '../../lib/pipeline/wake-ups.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import { MemoryKeyTables } from '../memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../memory/memory-limit-store.ts';
import { MemorySpanBuffer } from '../memory/memory-span-buffer.ts';
import { MemoryTraceArchive } from '../memory/memory-trace-archive.ts';
import { MemoryWakeUpQueue } from '../memory/memory-wake-up-queue.ts';
import { traceIdOf } from '../support/export-request.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Keeps traces with an error, and nothing else. */
const ERRORS_ONLY = `
decision_wait: 30s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
`;

/** Settings by which every trace is a large one, and what calls for a look at all of it is the policies' answer to a part. */
export const EVERY_TRACE_IS_LARGE: Partial<DecideOptions> = {
  largeTraces: { wholeUpTo: 0, inlineHashes: 1, looksWhileDoubling: 1e-9, policyLooks: 100 },
};

/** Runs before and after every call to a port; throwing in it is a fault at that point. */
export type Step = (label: string, when: 'before' | 'after') => void | Promise<void>;
const NO_FAULTS: Step = () => {};

/** Both sides of a wake-up queue. */
export interface WorldQueue extends WakeUpQueue {
  receive(max: number): Awaitable<readonly { readonly receiptHandle: string; readonly wakeUp: WakeUp }[]>;
  acknowledge(receiptHandle: string): Awaitable<void>;
  nextVisibleAtMs(): number | undefined;
  readonly deadLetters: readonly WakeUp[];
}

type Awaitable<Value> = Value | Promise<Value>;

/** The adapters that a world runs on, apart from its archive. */
export interface WorldAdapters<Buffer extends SpanBuffer & ArrivalLog, Queue extends WorldQueue> {
  readonly clock: ManualClock;
  readonly buffer: Buffer;
  readonly queue: Queue;
  readonly limits: LimitStore & LimitLevels;
  readonly keyTables: KeyTables;
}

/** On memory adapters. @param bufferTtlMs @default 24 hours */
export function memoryAdapters(bufferTtlMs?: number): WorldAdapters<MemorySpanBuffer, MemoryWakeUpQueue> {
  const clock = new ManualClock();
  return {
    clock,
    buffer: new MemorySpanBuffer({ clock, ...(bufferTtlMs !== undefined && { bufferTtlMs }) }),
    queue: new MemoryWakeUpQueue({ clock, visibilityTimeoutMs: 60_000 }),
    limits: new MemoryLimitStore(),
    keyTables: new MemoryKeyTables(),
  };
}

/** Any world, whatever its adapters. */
export type AnyWorld = WorldOn<SpanBuffer & ArrivalLog, WorldQueue>;

/** The pipeline with a clock that stands still and a fault to inject at every step. */
export class WorldOn<Buffer extends SpanBuffer & ArrivalLog, Queue extends WorldQueue> {
  readonly clock: ManualClock;
  readonly buffer: Buffer;
  readonly queue: Queue;
  readonly archive = new MemoryTraceArchive();
  /** The policies from now on; an invocation decides by those that it started with. */
  config: SamplingConfig;
  readonly summaries: DecideSummary[] = [];
  readonly settings: DecideOptions;
  readonly limits: LimitStore & LimitLevels;
  readonly keyTables: KeyTables;
  /** In place of `evaluatePolicies`. */
  evaluate: typeof evaluatePolicies | undefined;
  #ids = 0;

  constructor(adapters: WorldAdapters<Buffer, Queue>, options: WorldOptions = {}) {
    this.config = parsePolicies(options.yaml ?? ERRORS_ONLY);
    this.settings = { ...DEFAULT_DECIDE_OPTIONS, ...options.settings };
    this.clock = adapters.clock;
    this.buffer = adapters.buffer;
    this.queue = adapters.queue;
    this.limits = adapters.limits;
    this.keyTables = adapters.keyTables;
  }

  /** One export request in one process. @param rejected has the spans rejected before */
  ingest(request: Uint8Array, step: Step = NO_FAULTS, rejected?: RejectedSpans) {
    const { buffer, wakeUps } = this.#ports(step);
    return ingest(
      { protobuf: request, ...(rejected !== undefined && { rejected }) },
      { buffer, wakeUps, clock: this.clock, hashFragment },
      this.config,
    );
  }

  /** A fresh decide process, as after a cold start. */
  decider(step: Step = NO_FAULTS, hasTime?: () => boolean, mustStop?: () => boolean) {
    const { buffer, archive, wakeUps, limits, keyTables } = this.#ports(step);
    const newId = () => {
      this.#ids += 1;
      return this.#ids.toString(16).padStart(16, '0');
    };
    const { clock, config } = this;
    const decider = new Decider({ buffer, archive, wakeUps, limits, keyTables, clock, newId }, this.settings);
    return (received: readonly ReceivedWakeUp[]) =>
      decider.decideBatch({
        received,
        evaluate: (...args) => (this.evaluate ?? evaluatePolicies)(config, ...args),
        policies: config.fingerprint,
        ...(hasTime !== undefined && { hasTime }),
        ...(mustStop !== undefined && { mustStop }),
      });
  }

  /** One invocation on what is visible now, acknowledgement included. Resolves to the number of messages it was given. */
  async decideOnce(
    options: { step?: Step; max?: number; hasTime?: () => boolean; mustStop?: () => boolean } = {},
  ): Promise<number> {
    const step = options.step ?? NO_FAULTS;
    const messages = await this.queue.receive(options.max ?? 10);
    if (messages.length === 0) return 0;
    const received = messages.map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    const { failedMessageIds, summary } = await this.decider(step, options.hasTime, options.mustStop)(received);
    this.summaries.push(summary);
    for (const { messageId } of received) {
      if (failedMessageIds.includes(messageId)) continue;
      await step('acknowledge', 'before');
      await this.queue.acknowledge(messageId);
      await step('acknowledge', 'after');
    }
    return messages.length;
  }

  /** What `tailgate restore` does. @param trace as in the specifications of its spans */
  restore(trace: string, step: Step = NO_FAULTS) {
    const { buffer, wakeUps } = this.#ports(step);
    const arrivals = (traceId: string) => this.buffer.arrivals(traceId);
    const { bufferTtlMs } = this.settings;
    return restoreTrace(traceIdOf(trace), { buffer: { ...buffer, arrivals }, wakeUps, clock: this.clock, bufferTtlMs });
  }

  /** Lets time pass and healthy processes work until no wake-up is left. */
  async drain(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      const nextMs = this.queue.nextVisibleAtMs();
      if (nextMs === undefined) return;
      this.clock.set(Math.max(this.clock.now(), nextMs));
      await this.decideOnce();
    }
    throw new Error('the queue does not become empty');
  }

  /** `<trace id>/<span id>` of every span in the archive, in order, duplicates and all. */
  archivedSpans(): string[] {
    return this.archive.allLines().flatMap((text) => {
      const line: ArchivedLine = JSON.parse(text);
      return line.resourceSpans.flatMap((resource) =>
        resource.scopeSpans.flatMap((scope) => scope.spans.map((span) => `${span.traceId}/${span.spanId}`)),
      );
    });
  }

  archivedLines(): ArchivedLine[] {
    return this.archive.allLines().map((text) => JSON.parse(text));
  }

  /** The sum of one count over all invocations so far. */
  total(count: CountName): number {
    return this.summaries.reduce((sum, summary) => sum + summary[count], 0);
  }

  #ports(step: Step): Pick<DecideDeps, 'buffer' | 'archive' | 'wakeUps' | 'limits' | 'keyTables'> {
    const { buffer, archive, queue, limits, keyTables } = this;
    const run = async <Answer>(label: string, call: () => Promise<Answer>): Promise<Answer> => {
      await step(label, 'before');
      const answer = await call();
      await step(label, 'after');
      return answer;
    };
    return {
      buffer: {
        // Fragments become durable one by one: a death can come between any two.
        append: async (fragments) => {
          for (const fragment of fragments) await run('append', () => buffer.append([fragment]));
        },
        read: (...which) => run('read', () => buffer.read(...which)),
        readFragments: (...which) => run('read fragments', () => buffer.readFragments(...which)),
        writeList: (...list) => run('write list', () => buffer.writeList(...list)),
        readList: (...which) => run('read list', () => buffer.readList(...which)),
        record: (...record) => run('record', () => buffer.record(...record)),
      },
      archive: {
        create: (key, lines) => run('create', () => archive.create(key, lines)),
        fence: (key) => run('fence', () => archive.fence(key)),
        inspect: (key) => run('inspect', () => archive.inspect(key)),
      },
      wakeUps: {
        send: async (wakeUps) => {
          for (const wakeUp of wakeUps) await run('send', () => queue.send([wakeUp]));
        },
        sendToDeadLetters: (wakeUps) => run('dead letters', () => queue.sendToDeadLetters(wakeUps)),
      },
      limits: {
        lease: (...lease) => run('lease', () => limits.lease(...lease)),
        release: (...back) => run('release', () => limits.release(...back)),
      },
      keyTables: {
        latest: (...which) => run('latest table', () => keyTables.latest(...which)),
        putIfAbsent: (...table) => run('put table', () => keyTables.putIfAbsent(...table)),
        counts: (...which) => run('counts', () => keyTables.counts(...which)),
        count: (...counts) => run('count', () => keyTables.count(...counts)),
      },
    };
  }
}

export interface WorldOptions {
  readonly yaml?: string;
  readonly settings?: Partial<DecideOptions>;
}

/** The pipeline on memory adapters. */
export class World extends WorldOn<MemorySpanBuffer, MemoryWakeUpQueue> {
  constructor(options: WorldOptions & { readonly bufferTtlMs?: number } = {}) {
    const { bufferTtlMs, settings } = options;
    super(memoryAdapters(bufferTtlMs), {
      ...options,
      settings: { ...(bufferTtlMs !== undefined && { bufferTtlMs }), ...settings },
    });
  }
}

export function parsePolicies(yaml: string): SamplingConfig {
  const parsed = parseSamplingConfig(yaml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

type CountName = Exclude<
  keyof DecideSummary,
  'byPolicy' | 'votes' | 'lateAgesMs' | 'policyErrors' | 'failures' | 'deadLetters' | 'slowEvaluations'
>;

export interface ArchivedLine {
  readonly resourceSpans: {
    readonly scopeSpans: {
      readonly spans: { readonly traceId: string; readonly spanId: string; readonly name?: string }[];
    }[];
  }[];
  readonly trace_id: string;
  readonly sampling_policy: string;
  readonly sample_weight: number | null;
  readonly span_count: number;
  readonly seq: number;
}

/** The process is gone: nothing that it does after this has an effect. */
export class Death extends Error {
  override readonly name = 'Death';
}

/** A process that dies at its `at`-th step, counting from 0, and stays dead. Two steps a call: before it and after it. */
export function dieAt(at: number): { readonly step: Step; readonly reached: () => boolean } {
  let steps = 0;
  return {
    step: () => {
      if (steps++ >= at) throw new Death();
    },
    reached: () => steps > at,
  };
}
