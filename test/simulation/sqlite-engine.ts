import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { encodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import { type FragmentRef, TraceTooLargeError, UnavailableError, type WakeUp } from '../../lib/pipeline/ports.ts';
import { openStore, type Store, type TenantServices } from '../../lib/sqlite/store.ts';
import { type AwsEngineDeps, PLAIN } from './aws-engine.ts';
import { SimulatedBucket } from './bucket.ts';
import { isSecondDecision } from './decisions.ts';
import type { Engine, MessageSource } from './engine.ts';
import type { CallName } from './faults.ts';
import { shortName, shortTrace } from './names.ts';
import type { Settings } from './plan.ts';
import type { Message } from './queue.ts';
import type { Process } from './scheduler.ts';
import { withLimits } from './small-limits.ts';

/** A disk in memory, where there is one: nothing of what is stored has to outlive the history. */
const FOLDERS = ['/dev/shm', tmpdir()];

/** How often a machine starts anew, of the times when it asks for messages. */
const RESTARTS = 0.05;

/**
 * The adapters of SQLite on a real database, and the archive on a simulated bucket. Between the calls processes die, freeze and
 * are refused as elsewhere; a call itself is done by SQLite, while the time of the history stands still.
 */
export class SqliteEngine implements Engine {
  readonly #deps: AwsEngineDeps;
  readonly #settings: Settings;
  readonly #folder: string;
  #store: Store;
  #storeCount = 0;
  /** By tenant, of the store that is open. */
  #ports: PerTenant<TenantServices>;
  readonly #bucket: SimulatedBucket;
  /** When each fragment arrived that was ever stored. */
  readonly #receivedAtMs = new Map<string, number>();
  readonly #records = new Map<string, Parameters<typeof isSecondDecision>[0]>();
  readonly named = new Set<string>();
  readonly decided = new Set<string>();

  constructor(deps: AwsEngineDeps, settings: Settings) {
    this.#deps = deps;
    this.#settings = settings;
    const parent = FOLDERS.find((folder) => existsSync(folder)) ?? '.';
    this.#folder = mkdtempSync(join(parent, 'tailgate-simulation-'));
    this.#store = this.#open();
    this.#ports = this.#portsOf(this.#store);
    this.#bucket = new SimulatedBucket(deps.network);
  }

  readonly messages: MessageSource = {
    receive: async (size, hiddenMs) => {
      if (this.#deps.random.between(0, 1) < RESTARTS && this.#deps.mayRestart()) await this.#restart();
      const received = await this.#store.messages.receive({ maxMessages: size });
      const messages: Message[] = [];
      for (const { messageId, wakeUp, tenant } of received) {
        const ms = hiddenMs();
        if (ms < this.#settings.visibilityTimeoutMs) await this.#store.messages.release([messageId]);
        this.#deps.onVisible(this.#deps.now() + ms + 1);
        messages.push({ id: messageId, body: bodyOf(wakeUp, tenant) });
      }
      await this.#store.maintain();
      return messages;
    },
    delete: (id) => this.#store.messages.acknowledge([id]),
  };

  get stored(): ReadonlySet<string> {
    return new Set(this.#receivedAtMs.keys());
  }

  get overwritten(): readonly string[] {
    return this.#bucket.overwritten;
  }

  services(process: Process): PerTenant<Services> {
    const { clock } = process;
    const random = () => this.#deps.random.between(0, 1);
    const retryPolicy = { clock, random, sleep: (ms: number) => process.sleep(ms), budgetMs: 4_000 };
    const store = new S3ObjectStore({ client: this.#bucket.client(process), bucket: 'archive', clock, retryPolicy });
    return perTenant((tenant) => {
      const { buffer, ...ports } = this.#onStore(process, tenant);
      const archive = new GzipTraceArchive({ store, codecs: PLAIN, tenant });
      return { clock, buffer: withLimits(buffer, this.#settings.limits), ...ports, archive };
    });
  }

  has(name: string): boolean {
    const receivedAtMs = this.#receivedAtMs.get(name);
    return receivedAtMs !== undefined && receivedAtMs + this.#settings.bufferTtlMs > this.#deps.now();
  }

  deadLetters(): readonly string[] {
    return this.#store.deadLetters.list(1_000).map(({ wakeUp, tenant }) => bodyOf(wakeUp, tenant));
  }

  async sendBack(): Promise<void> {
    await this.#store.deadLetters.sendBack(this.#store.deadLetters.list(1_000).map(({ messageId }) => messageId));
    this.#deps.onVisible(this.#deps.now() + 1);
  }

  archived(): ReadonlyMap<string, Uint8Array> {
    return this.#bucket.archived;
  }

  async close(): Promise<void> {
    await this.#store.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** The ports on the database, every call of which is a step of the process. */
  #onStore(process: Process, tenant: string | undefined): Omit<Services, 'archive' | 'clock'> {
    const ports = () => this.#ports(tenant);
    const prefix = partitionPrefix({ tenant });
    const step = async <Answer>(name: CallName, about: () => string, apply: () => Promise<Answer>): Promise<Answer> => {
      try {
        return await this.#deps.network.call(process, { name, about, apply, isPatient: true });
      } catch (error) {
        if (error instanceof TraceTooLargeError || error instanceof UnavailableError) throw error;
        throw new UnavailableError(`could not ${name}: ${error instanceof Error ? error.name : error}`, {
          cause: error,
        });
      }
    };
    const of = (traceId: string) => () => shortTrace(prefix + traceId);
    const namesOf = (fragments: readonly FragmentRef[]) =>
      fragments.map(({ traceId, hash }) => `${prefix}${traceId}/${hash}`);
    const shown = (fragments: readonly FragmentRef[]) => () => namesOf(fragments).map(shortName).join(' ');
    const isOfIngest = process.name.startsWith('ingest');
    return {
      buffer: {
        append: (fragments) =>
          step('append', shown(fragments), async () => {
            await ports().buffer.append(fragments);
            for (const fragment of fragments) {
              for (const name of namesOf([fragment])) this.#receivedAtMs.set(name, fragment.receivedAtMs);
            }
          }),
        read: (traceId, options) => step('read', of(traceId), () => ports().buffer.read(traceId, options)),
        readFragments: (traceId, ...which) =>
          step('read fragments', of(traceId), () => ports().buffer.readFragments(traceId, ...which)),
        record: (traceId, record) =>
          step('record', of(traceId), async () => {
            const answer = await ports().buffer.record(traceId, record);
            if (answer === 'recorded') this.#remember(prefix + traceId, record);
            return answer;
          }),
        writeList: (traceId, ...list) =>
          step('write list', of(traceId), () => ports().buffer.writeList(traceId, ...list)),
        readList: (traceId, name) => step('read list', of(traceId), () => ports().buffer.readList(traceId, name)),
      },
      wakeUps: {
        send: (delayed) =>
          step(isOfIngest ? 'send' : 'continue', shown(delayed.flatMap(({ wakeUp }) => wakeUp.fragments)), async () => {
            await ports().wakeUps.send(delayed);
            for (const { wakeUp, delaySeconds } of delayed) {
              for (const name of namesOf(wakeUp.fragments)) this.named.add(name);
              this.#deps.onVisible(this.#deps.now() + delaySeconds * 1000 + 1);
            }
          }),
        sendToDeadLetters: (dead) =>
          step('dead letter', shown(dead.flatMap(({ fragments }) => fragments)), () =>
            ports().wakeUps.sendToDeadLetters(dead),
          ),
      },
      limits: {
        lease: (bucket, ...lease) =>
          step(
            'limits',
            () => bucket.key,
            () => ports().limits.lease(bucket, ...lease),
          ),
        release: (bucket, tokens) =>
          step(
            'limits',
            () => bucket.key,
            () => ports().limits.release(bucket, tokens),
          ),
      },
      keyTables: {
        latest: (...which) =>
          step(
            'tables',
            () => 'latest',
            () => ports().keyTables.latest(...which),
          ),
        putIfAbsent: (...table) =>
          step(
            'tables',
            () => 'put',
            () => ports().keyTables.putIfAbsent(...table),
          ),
        counts: (...which) =>
          step(
            'tables',
            () => 'counts',
            () => ports().keyTables.counts(...which),
          ),
        count: (...counts) =>
          step(
            'tables',
            () => 'count',
            () => ports().keyTables.count(...counts),
          ),
      },
    };
  }

  #open(): Store {
    const { bufferTtlMs, visibilityTimeoutMs } = this.#settings;
    const path = join(this.#folder, String(this.#storeCount), 'tailgate.db');
    const clock = { now: () => Math.floor(this.#deps.now()) };
    return openStore({ path, clock, bufferTtlMs, visibilityTimeoutMs });
  }

  #portsOf(store: Store): PerTenant<TenantServices> {
    return perTenant((tenant) => store.services({ tenant }));
  }

  /** As after `kill -9`: what the processes knew is gone, and the files are as they were at that moment. */
  async #restart(): Promise<void> {
    this.#deps.onRestart();
    const killed = this.#store;
    const folder = join(this.#folder, String(this.#storeCount));
    this.#storeCount += 1;
    cpSync(folder, join(this.#folder, String(this.#storeCount)), { recursive: true });
    await killed.close();
    this.#store = this.#open();
    this.#ports = this.#portsOf(this.#store);
  }

  #remember(trace: string, record: Parameters<typeof isSecondDecision>[0]): void {
    const before = this.#records.get(trace);
    this.#records.set(trace, record);
    if (before !== undefined && isSecondDecision(record, before)) this.#deps.onSecondDecision(trace);
    if (!('outcome' in record)) this.decided.add(trace);
  }
}

function bodyOf(wakeUp: WakeUp, tenant: string | undefined): string {
  return encodeWakeUp(wakeUp, { tenant })[0] ?? '';
}
