import type { Services } from '../../functions/shared/per-tenant.ts';
import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import {
  type DecisionRecord,
  type FragmentRef,
  type LookNote,
  TraceTooLargeError,
  UnavailableError,
} from '../../lib/pipeline/ports.ts';
import type { TenantServices } from '../../lib/sqlite/store.ts';
import type { SimulatedDisk } from './disk.ts';
import type { CallName } from './faults.ts';
import { shortName, shortTrace } from './names.ts';
import type { ServiceCall } from './network.ts';
import type { Process } from './scheduler.ts';

/** The machine that processes call. It may be another one from call to call. */
export interface SqliteAccess {
  call<Answer>(process: Process, call: ServiceCall<Answer>): Promise<Answer>;
  disk(): SimulatedDisk;
  ports(tenant: string | undefined): TenantServices;
  /** A fragment, `[tenant/]trace/hash`, is stored, or may be. */
  onStored(name: string, receivedAtMs: number): void;
  /** A message names it. */
  onSent(name: string, delaySeconds: number): void;
  onRecorded(trace: string, record: DecisionRecord | LookNote): void;
}

/** The ports on the database of a machine, every call of which is a step of the process. */
export function sqlitePorts(
  access: SqliteAccess,
  process: Process,
  tenant: string | undefined,
): Omit<Services, 'archive' | 'clock'> {
  const ports = () => access.ports(tenant);
  const prefix = partitionPrefix({ tenant });
  const step = async <Answer>(
    name: CallName,
    about: () => string,
    apply: () => Promise<Answer>,
    stillness: (applied: Promise<unknown>) => Promise<unknown> = (applied) => applied,
  ): Promise<Answer> => {
    try {
      return await access.call(process, { name, about, apply, stillness, isPatient: true });
    } catch (error) {
      if (error instanceof TraceTooLargeError || error instanceof UnavailableError) throw error;
      throw new UnavailableError(`could not ${name}: ${error instanceof Error ? error.name : error}`, {
        cause: error,
      });
    }
  };
  const write = async <Answer>(name: CallName, about: () => string, apply: () => Promise<Answer>): Promise<Answer> =>
    step(
      name,
      about,
      () => access.disk().write(apply),
      (done) => access.disk().untilSync(done),
    );
  const of = (traceId: string) => () => shortTrace(prefix + traceId);
  const namesOf = (fragments: readonly FragmentRef[]) =>
    fragments.map(({ traceId, hash }) => `${prefix}${traceId}/${hash}`);
  const shown = (fragments: readonly FragmentRef[]) => () => namesOf(fragments).map(shortName).join(' ');
  const isOfIngest = process.name.startsWith('ingest');
  return {
    buffer: {
      append: (fragments) =>
        write('append', shown(fragments), async () => {
          await ports().buffer.append(fragments);
          for (const fragment of fragments) {
            for (const name of namesOf([fragment])) access.onStored(name, fragment.receivedAtMs);
          }
        }),
      read: (traceId, options) => step('read', of(traceId), () => ports().buffer.read(traceId, options)),
      readFragments: (traceId, ...which) =>
        step('read fragments', of(traceId), () => ports().buffer.readFragments(traceId, ...which)),
      record: (traceId, record, over) =>
        write('record', of(traceId), async () => {
          const disk = access.disk();
          const answer = await ports().buffer.record(traceId, record, over);
          // What the machine has lost was never decided.
          if (answer === 'recorded' && disk === access.disk()) access.onRecorded(prefix + traceId, record);
          return answer;
        }),
      writeList: (traceId, ...list) =>
        write('write list', of(traceId), () => ports().buffer.writeList(traceId, ...list)),
      readList: (traceId, name) => step('read list', of(traceId), () => ports().buffer.readList(traceId, name)),
    },
    wakeUps: {
      send: (delayed) =>
        write(isOfIngest ? 'send' : 'continue', shown(delayed.flatMap(({ wakeUp }) => wakeUp.fragments)), async () => {
          await ports().wakeUps.send(delayed);
          for (const { wakeUp, delaySeconds } of delayed) {
            for (const name of namesOf(wakeUp.fragments)) access.onSent(name, delaySeconds);
          }
        }),
      sendToDeadLetters: (dead) =>
        write('dead letter', shown(dead.flatMap(({ fragments }) => fragments)), () =>
          ports().wakeUps.sendToDeadLetters(dead),
        ),
    },
    limits: {
      lease: (bucket, ...lease) =>
        write(
          'limits',
          () => bucket.key,
          () => ports().limits.lease(bucket, ...lease),
        ),
      release: (bucket, tokens) =>
        write(
          'limits',
          () => bucket.key,
          () => ports().limits.release(bucket, tokens),
        ),
    },
    keyTables: {
      latest: (...which) =>
        write(
          'tables',
          () => 'latest',
          () => ports().keyTables.latest(...which),
        ),
      putIfAbsent: (...table) =>
        write(
          'tables',
          () => 'put',
          () => ports().keyTables.putIfAbsent(...table),
        ),
      counts: (...which) =>
        write(
          'tables',
          () => 'counts',
          () => ports().keyTables.counts(...which),
        ),
      count: (...counts) =>
        write(
          'tables',
          () => 'count',
          () => ports().keyTables.count(...counts),
        ),
    },
  };
}
