import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExplainPorts } from '../../functions/shared/explain-ports.ts';
import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import { LOCAL_ARCHIVE, TRACES_PREFIX } from '../archive/layout.ts';
import type { ObjectStore } from '../archive/ports.ts';
import { GzipTraceArchive } from '../archive/trace-archive.ts';
import { NODE_CODECS } from '../aws/codecs.ts';
import { FilesystemObjectStore } from '../aws/filesystem/object-store.ts';
import { SystemClock } from '../aws/system.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import { UnusableDatabaseError } from '../sqlite/database.ts';
import { openStore, type Store, type StoreOptions } from '../sqlite/store.ts';
import { CommandError, messageOf } from '../terminal/errors.ts';
import { BUFFER_FILE } from './data-folder.ts';
import { isOutage } from './outage.ts';

export interface LocalServicesOptions {
  /** Path of the data folder. */
  readonly folder: string;
  /** What the buffer may take of the disk. */
  readonly maxBufferBytes: number;
  /** How long a wake-up that was received but not finished stays hidden. */
  readonly visibilityTimeoutSeconds: number;
}

export interface LocalServices {
  readonly store: Store;
  readonly services: PerTenant<Services>;
  /** What explaining a trace needs. */
  readonly explaining: PerTenant<ExplainPorts>;
  /** The files of the archive. */
  readonly objects: ObjectStore;
  /** Deletes the beginnings of archive objects that a process that was killed has left. Never rejects. */
  sweepArchive(): Promise<void>;
}

/** Nobody takes so long to write a file. */
const DRAFT_AGE_MS = 10 * 60_000;

/**
 * The ports of the pipeline on a data folder: a database for what waits, files for what is kept.
 * @throws {CommandError} if the database is one of another version, or none
 */
export function openLocalServices(options: LocalServicesOptions): LocalServices {
  const { folder, maxBufferBytes, visibilityTimeoutSeconds } = options;
  const clock = new SystemClock();
  const store = openUsable({
    path: join(folder, BUFFER_FILE),
    clock,
    maxBytes: maxBufferBytes,
    visibilityTimeoutMs: visibilityTimeoutSeconds * 1000,
  });
  const objects = new FilesystemObjectStore(join(folder, LOCAL_ARCHIVE));
  return {
    store,
    objects,
    services: perTenant((tenant) => ({
      ...store.services({ tenant }),
      archive: new GzipTraceArchive({ store: objects, codecs: NODE_CODECS, tenant }),
    })),
    explaining: perTenant((tenant) => explainPortsIn(store, objects, tenant)),
    // An archive that cannot be swept now is swept another time, and one that cannot be written says so elsewhere.
    sweepArchive: () => objects.removeDrafts(TRACES_PREFIX, clock.now() - DRAFT_AGE_MS).catch(() => undefined),
  };
}

/** What explaining a trace needs of a data folder. */
export function explainPortsIn(store: Store, objects: ObjectStore, tenant?: string): ExplainPorts {
  const { clock, buffer, limits, keyTables } = store.services({ tenant });
  return {
    clock,
    buffer,
    limits,
    keyTables,
    archive: new GzipTraceArchive({ store: objects, codecs: NODE_CODECS, tenant }),
    deadLetters: {
      find: async (traceId) => ({
        letters: store.deadLetters.naming(traceId, { tenant }).map(({ wakeUp }) => wakeUp),
        isWhole: true,
      }),
    },
    bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
  };
}

/**
 * The buffer of a data folder, for a command beside the process that may run on it. Nothing is created.
 * @throws {CommandError} if there is none, or it is one of another version
 */
export function openExistingBuffer(folder: string): Store {
  const path = join(folder, BUFFER_FILE);
  if (existsSync(path)) return openUsable({ path, clock: new SystemClock() });
  throw new CommandError(`no ${path}: start Tailgate first (tailgate start), or name another folder with --data`);
}

function openUsable(options: StoreOptions): Store {
  try {
    return openStore(options);
  } catch (error) {
    if (error instanceof UnusableDatabaseError) throw new CommandError(error.message, { cause: error });
    if (!isOutage(error)) throw error;
    throw new CommandError(
      `cannot open ${options.path}: ${messageOf(error)}; make room on its disk, or repair what the message names, and start again: what it holds is safe`,
      { cause: error },
    );
  }
}

/** The same services, telling when each message that is sent becomes visible. */
export function announcing(services: PerTenant<Services>, expect: (visibleAtMs: number) => void): PerTenant<Services> {
  return perTenant((tenant) => {
    const { wakeUps, clock, ...others } = services(tenant);
    return {
      ...others,
      clock,
      wakeUps: {
        async send(delayed) {
          await wakeUps.send(delayed);
          for (const { delaySeconds } of delayed) expect(clock.now() + delaySeconds * 1000);
        },
        sendToDeadLetters: (deadLetters) => wakeUps.sendToDeadLetters(deadLetters),
      },
    };
  });
}
