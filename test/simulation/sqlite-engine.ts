import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { encodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { openStore, type Store, type TenantServices } from '../../lib/sqlite/store.ts';
import { type AwsEngineDeps, PLAIN } from './aws-engine.ts';
import { SimulatedBucket } from './bucket.ts';
import { isSecondDecision } from './decisions.ts';
import { DATABASE_FILE, SimulatedDisk } from './disk.ts';
import type { Engine, MessageSource } from './engine.ts';
import type { Settings } from './plan.ts';
import type { Message } from './queue.ts';
import type { Process } from './scheduler.ts';
import { withLimits } from './small-limits.ts';
import { type SqliteAccess, sqlitePorts } from './sqlite-ports.ts';

/** A disk in memory, where there is one: nothing of what is stored has to outlive the history. */
const FOLDERS = ['/dev/shm', tmpdir()];

/** How often a machine starts anew, of the times when it asks for messages. */
const RESTARTS = 0.05;
/** How often a machine loses its power, of the times when its disk writes. */
const POWER_CUTS = 0.08;
/** How long a sync takes, at most. */
const MAX_SYNC_MS = 60;

/**
 * The adapters of SQLite on a real database, and the archive on a simulated bucket. Between the calls processes die, freeze and
 * are refused as elsewhere; a call itself is done by SQLite, while the time of the history stands still, but for the sync that a
 * write waits for. The machine starts anew with its files as they were, or as far as they were synced.
 */
export class SqliteEngine implements Engine {
  readonly #deps: AwsEngineDeps;
  readonly #settings: Settings;
  readonly #folder: string;
  #disk: SimulatedDisk;
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
    this.#disk = new SimulatedDisk(this.#folderOf(0), () => this.#planEndOfSync());
    this.#store = this.#open();
    this.#ports = this.#portsOf(this.#store);
    this.#bucket = new SimulatedBucket(deps.network);
  }

  readonly messages: MessageSource = {
    receive: (size, hiddenMs) =>
      this.#atOnce(async () => {
        if (this.#deps.random.between(0, 1) < RESTARTS && this.#deps.mayRestart()) {
          await this.#restart(this.#deps.random.between(0, 1) < 0.5);
        }
        const received = await this.#store.messages.receive({ maxMessages: size });
        const messages: Message[] = [];
        for (const { messageId, wakeUp, tenant, receiveCount } of received) {
          const ms = hiddenMs();
          if (ms < this.#settings.visibilityTimeoutMs) await this.#store.messages.release([messageId]);
          this.#deps.onVisible(this.#deps.now() + ms + 1);
          messages.push({ id: messageId, body: bodyOf(wakeUp, tenant), receiveCount });
        }
        await this.#store.maintain();
        return messages;
      }),
    delete: (id) => this.#atOnce(() => this.#store.messages.acknowledge([id])),
  };

  /** For the calls of processes. */
  readonly #access: SqliteAccess = {
    call: (process, call) => this.#deps.network.call(process, call),
    disk: () => this.#disk,
    ports: (tenant) => this.#ports(tenant),
    onStored: (name, receivedAtMs) => this.#receivedAtMs.set(name, receivedAtMs),
    onSent: (name, delaySeconds) => {
      this.named.add(name);
      this.#deps.onVisible(this.#deps.now() + delaySeconds * 1000 + 1);
    },
    onRecorded: (trace, record) => this.#remember(trace, record),
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
      const { buffer, ...ports } = sqlitePorts(this.#access, process, tenant);
      const archive = new GzipTraceArchive({ store, codecs: PLAIN, tenant });
      return { clock, buffer: withLimits(buffer, this.#settings.limits), ...ports, archive };
    });
  }

  async acknowledge(process: Process, ids: readonly string[]): Promise<void> {
    await this.#deps.network.call(process, {
      name: 'delete',
      about: () => ids.join(' '),
      apply: () => this.#disk.write(() => this.#store.messages.acknowledge(ids)),
      stillness: (applied) => this.#disk.untilSync(applied),
      isPatient: true,
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
    const { deadLetters } = this.#store;
    await this.#atOnce(() => deadLetters.sendBack(deadLetters.list(1_000).map(({ messageId }) => messageId)));
    this.#deps.onVisible(this.#deps.now() + 1);
  }

  archived(): ReadonlyMap<string, Uint8Array> {
    return this.#bucket.archived;
  }

  async close(): Promise<void> {
    await this.#disk.finish();
    this.#disk.isImmediate = true;
    await this.#store.close();
    rmSync(this.#folder, { recursive: true });
  }

  #open(): Store {
    const { bufferTtlMs, visibilityTimeoutMs } = this.#settings;
    const path = join(this.#folderOf(this.#storeCount), DATABASE_FILE);
    const clock = { now: () => Math.floor(this.#deps.now()) };
    return openStore({ path, clock, bufferTtlMs, visibilityTimeoutMs, disk: this.#disk.deps });
  }

  #portsOf(store: Store): PerTenant<TenantServices> {
    return perTenant((tenant) => store.services({ tenant }));
  }

  #folderOf(storeCount: number): string {
    return join(this.#folder, String(storeCount));
  }

  /** What the world outside of the functions does: no time passes while it does it. */
  async #atOnce<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#disk.finish();
    this.#disk.isImmediate = true;
    try {
      return await work();
    } finally {
      this.#disk.isImmediate = false;
    }
  }

  #planEndOfSync(): void {
    const { random, scheduler, mayRestart } = this.#deps;
    const disk = this.#disk;
    scheduler.after(random.between(0, MAX_SYNC_MS), () => {
      if (disk !== this.#disk) return;
      const isCut = random.between(0, 1) < POWER_CUTS && mayRestart();
      scheduler.hold(isCut ? this.#restart(false) : disk.finish());
    });
  }

  /** What the processes knew is gone. @param hasPower the files are as they were, as after `kill -9`; else as far as they were synced */
  async #restart(hasPower: boolean): Promise<void> {
    this.#deps.onRestart(hasPower ? 'restarts' : 'loses power');
    const [killed, disk] = [this.#store, this.#disk];
    this.#storeCount += 1;
    const folder = this.#folderOf(this.#storeCount);
    this.#disk = disk.restart(folder, () => this.#planEndOfSync(), hasPower, this.#deps.random);
    this.#disk.isImmediate = disk.isImmediate;
    disk.isImmediate = true;
    this.#store = this.#open();
    this.#ports = this.#portsOf(this.#store);
    await disk.abandon();
    await killed.close();
    // Whatever was visible or hidden before is delivered by its own time, or when somebody asks again.
    this.#deps.onVisible(this.#deps.now() + 1);
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
