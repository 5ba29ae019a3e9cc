import { setTimeout as sleep } from 'node:timers/promises';
import { OTLPTraceExporter as OtlpJsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { createRandom, type Random } from '../../lib/traffic/random.ts';
import type { Ledger, SpanOfTrace } from './ledger.ts';
import { planTrace, SERVICES, type ServiceName, seedFor } from './plan.ts';
import { SpanMaker } from './spans.ts';
import type { System } from './system.ts';

interface QueuedSpan extends SpanOfTrace {
  readonly span: ReadableSpan;
}

export interface FleetOptions extends Pick<System, 'url' | 'headers' | 'exporters' | 'timeoutMs'> {
  readonly seed: number;
  readonly spansPerSecond: number;
  readonly ledger: Ledger;
}

/** What an exporter sends at once. */
const MAX_BATCH = 256;
const PAUSE_MS = 200;
/** Of what has failed. The rest is sent again, in other batches: by a Collector, say, whose queue is on a disk. */
const GIVEN_UP_SHARE = 0.03;
/**
 * A batch with spans of a longer trace is sent again as it is: of a trace from more requests, late spans that come again in other
 * batches may be kept twice (docs/adr/0001-commit-by-creating-an-object.md).
 */
const REBATCHED_SPANS = 16;
/** With so many spans waiting for their answers no more are made: a program whose spans are not taken stands still. */
const MAX_WAITING = 40_000;

/** The exporters of all services, as real as they come: `@opentelemetry/exporter-trace-otlp-*`, with their own retries. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #random: Random;
  readonly #maker = new SpanMaker();
  /** Of each service, one for each exporter: what has failed is sent again in the same encoding, as only byte-equal copies are resends. */
  readonly #queues: ReadonlyMap<ServiceName, readonly QueuedSpan[][]>;
  readonly #exporters: SpanExporter[] = [];
  readonly #running: Promise<void>[] = [];
  #isMaking = true;
  #isEnding = false;
  readonly counts = { exports: 0, failedExports: 0, heldBackMs: 0 };
  /** Why exports have failed, with how often. */
  readonly failures = new Map<string, number>();

  constructor(options: FleetOptions) {
    this.#options = options;
    const none = (): QueuedSpan[][] => Array.from({ length: options.exporters }, () => []);
    this.#queues = new Map(SERVICES.map((name) => [name, none()]));
    this.#random = createRandom(seedFor(options.seed, 'traces'));
    for (const [service, queues] of this.#queues) {
      for (const [number, queue] of queues.entries()) {
        const random = createRandom(seedFor(options.seed, `${service} ${number}`));
        const exporter = createExporter(options, number);
        this.#exporters.push(exporter);
        this.#running.push(this.#export(exporter, queue, random));
      }
    }
    this.#running.push(this.#make());
  }

  /** Makes no more spans, and resolves when each is accepted or given up. */
  async finish(): Promise<void> {
    this.#isMaking = false;
    while (this.#options.ledger.waiting > 0) await sleep(PAUSE_MS);
    this.#isEnding = true;
    await Promise.all(this.#running);
    await Promise.all(this.#exporters.map((exporter) => exporter.shutdown()));
  }

  async #make(): Promise<void> {
    const { ledger, spansPerSecond } = this.#options;
    for (let owed = 0; this.#isMaking; owed += (spansPerSecond * PAUSE_MS) / 1_000) {
      await sleep(PAUSE_MS);
      if (ledger.waiting > MAX_WAITING) {
        owed = 0;
        this.counts.heldBackMs += PAUSE_MS;
        continue;
      }
      while (owed > 0) {
        const plan = planTrace(this.#random);
        owed -= plan.spans.length;
        const trace = ledger.add(plan);
        for (const [index, span] of this.#maker.make(plan).entries()) {
          const service = plan.spans[index]?.service;
          if (service !== undefined) this.#random.pick(this.#queuesOf(service)).push({ trace, index, span });
        }
      }
    }
  }

  #queuesOf(service: ServiceName): readonly [QueuedSpan[], ...QueuedSpan[][]] {
    const [first, ...others] = this.#queues.get(service) ?? [];
    if (first === undefined) throw new Error(`no exporter for ${service}`);
    return [first, ...others];
  }

  async #export(exporter: SpanExporter, queue: QueuedSpan[], random: Random): Promise<void> {
    let again: QueuedSpan[] = [];
    while (!this.#isEnding) {
      await sleep(random.between(PAUSE_MS / 4, PAUSE_MS));
      const batch = again.length > 0 ? again : queue.splice(0, Math.ceil(random.between(1, MAX_BATCH)));
      again = [];
      if (batch.length === 0) continue;
      const failure = await send(exporter, batch);
      this.counts.exports += 1;
      if (failure === undefined) {
        this.#options.ledger.accept(batch);
        continue;
      }
      this.counts.failedExports += 1;
      this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
      if (random.between(0, 1) < GIVEN_UP_SHARE) this.#options.ledger.giveUp(batch);
      else if (batch.some(({ trace }) => trace.plan.spans.length > REBATCHED_SPANS)) again = batch;
      else queue.unshift(...batch);
    }
  }
}

function createExporter({ url, headers, timeoutMs }: FleetOptions, number: number): SpanExporter {
  const options = { url: `${url}/v1/traces`, headers: { ...headers }, timeoutMillis: timeoutMs };
  if (number === 0) return new OtlpJsonExporter(options);
  const compression = number === 1 ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE;
  return new OtlpProtobufExporter({ ...options, compression });
}

/** Resolves to why the exporter has given up. */
function send(exporter: SpanExporter, batch: readonly QueuedSpan[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    exporter.export(
      batch.map(({ span }) => span),
      // 0 is ExportResultCode.SUCCESS.
      ({ code, error }) => resolve(code === 0 ? undefined : (error?.message ?? 'export failed')),
    );
  });
}
