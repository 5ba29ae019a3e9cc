import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { fromRecordItem } from '../../lib/aws/dynamodb/decision-item.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { deleteMessages } from '../../lib/aws/sqs/delete-messages.ts';
import { SqsWakeUpQueue } from '../../lib/aws/sqs/wake-up-queue.ts';
import type { Random } from '../../lib/traffic/random.ts';
import { SimulatedBucket } from './bucket.ts';
import { isSecondDecision } from './decisions.ts';
import { dictionariesOf, type PlannedPublication, publish } from './dictionaries.ts';
import type { Engine, EngineDeps } from './engine.ts';
import type { Network } from './network.ts';
import type { Settings } from './plan.ts';
import { DEAD_LETTER_URL, QUEUE_URL, SimulatedQueue } from './queue.ts';
import { type Process, type Scheduler, START_MS } from './scheduler.ts';
import { withLimits } from './small-limits.ts';
import { SimulatedTable } from './table.ts';
import { TABLE_NAME } from './table-calls.ts';
import { TENANTS } from './tenants.ts';

export interface AwsEngineDeps extends EngineDeps {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: Random;
}

/** How old the answer to an eventually consistent read is, at most. */
const MAX_STALE_MS = 2_000;

/** Kept traces as they are: what compression does with them is not simulated. */
export const PLAIN = { gzip: async (parts: readonly Uint8Array[]): Promise<Uint8Array> => Buffer.concat(parts) };

/** The adapters of AWS on simulated services. */
export class AwsEngine implements Engine {
  readonly messages: SimulatedQueue;
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #table: SimulatedTable;
  readonly #bucket: SimulatedBucket;

  constructor({ network, random, now, onVisible, onSecondDecision }: AwsEngineDeps, settings: Settings) {
    this.#random = random;
    this.#settings = settings;
    this.messages = new SimulatedQueue({ network, random, now, onVisible });
    this.#bucket = new SimulatedBucket(network);
    this.#table = new SimulatedTable({
      ...settings,
      network,
      now,
      staleMs: () => random.between(0, MAX_STALE_MS),
      onRecord: (partition, item, before) => {
        if (before !== undefined && isSecondDecision(fromRecordItem(item), fromRecordItem(before))) {
          onSecondDecision(partition);
        }
      },
    });
    const { firstAgeMs, areUsed } = settings.dictionaries;
    if (!areUsed || firstAgeMs === undefined) return;
    const past = { client: this.#table.past, clock: { now: () => START_MS - firstAgeMs }, tableName: TABLE_NAME };
    // In memory: they are there when the history begins.
    for (const tenant of [undefined, ...TENANTS]) void publish({ ...past, ...settings, tenant }, { dictionary: 0 });
  }

  get stored(): ReadonlySet<string> {
    return this.#table.stored;
  }

  get named(): ReadonlySet<string> {
    return this.messages.named;
  }

  get decided(): ReadonlySet<string> {
    return this.#table.decided;
  }

  get overwritten(): readonly string[] {
    return this.#bucket.overwritten;
  }

  /** As `functions/shared/services.ts` wires them, with simulated time and chance. */
  services(process: Process): PerTenant<Services> {
    const { clock } = process;
    const { random, retryPolicy } = this.#patience(process);
    const store = new S3ObjectStore({ client: this.#bucket.client(process), bucket: 'archive', clock, retryPolicy });
    const { limits, dictionaries } = this.#settings;
    return perTenant((tenant) => {
      const onTable = this.#onTable(process, tenant);
      const buffer = new DynamoDbSpanBuffer({
        ...onTable,
        spillStore: store,
        ...dictionariesOf(onTable, dictionaries),
      });
      const urls = { queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_URL };
      return {
        clock,
        buffer: withLimits(buffer, limits),
        wakeUps: new SqsWakeUpQueue({ client: this.messages.client(process), ...urls, clock, tenant, retryPolicy }),
        archive: new GzipTraceArchive({ store, codecs: PLAIN, tenant }),
        limits: new DynamoDbLimitStore(onTable),
        keyTables: new DynamoDbKeyTables({ ...onTable, random }),
      };
    });
  }

  publish(process: Process, publication: PlannedPublication): Promise<void> {
    return publish(this.#onTable(process, publication.tenant), publication);
  }

  acknowledge(process: Process, ids: readonly string[]): Promise<void> {
    const { retryPolicy } = this.#patience(process);
    const { clock } = process;
    return deleteMessages(ids, { client: this.messages.client(process), queueUrl: QUEUE_URL, clock, retryPolicy });
  }

  has(name: string): boolean {
    return this.#table.has(name);
  }

  deadLetters(): readonly string[] {
    return this.messages.deadLetters();
  }

  sendBack(): Promise<void> {
    return this.messages.sendBack();
  }

  archived(): ReadonlyMap<string, Uint8Array> {
    return this.#bucket.archived;
  }

  async close(): Promise<void> {
    // Nothing of it is outside of memory.
  }

  #onTable(process: Process, tenant: string | undefined) {
    const { clock } = process;
    const { bufferTtlMs } = this.#settings;
    const { retryPolicy } = this.#patience(process);
    return { client: this.#table.client(process), tableName: TABLE_NAME, clock, tenant, retryPolicy, bufferTtlMs };
  }

  #patience(process: Process) {
    const random = () => this.#random.between(0, 1);
    const sleep = (ms: number) => process.sleep(ms);
    return { random, retryPolicy: { clock: process.clock, random, sleep, budgetMs: 4_000 } };
  }
}
