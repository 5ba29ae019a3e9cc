import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import type { LocalQueue } from './decision-loop.ts';
import type { Outage } from './outage.ts';

/**
 * The services for decide, waiting while the disk cannot be written. Reading is not among them: one damaged page must not hold up all
 * traces. Nor is what the ports allow to be tried once only.
 */
export function patientServices(services: PerTenant<Services>, outage: Outage): PerTenant<Services> {
  return perTenant((tenant) => {
    const { buffer, wakeUps, archive, limits, keyTables, ...others } = services(tenant);
    return {
      ...others,
      buffer: {
        append: (fragments) => outage.survive(() => buffer.append(fragments)),
        read: (traceId, options) => buffer.read(traceId, options),
        readFragments: (traceId, hashes, limit) => buffer.readFragments(traceId, hashes, limit),
        record: (...record) => outage.survive(() => buffer.record(...record)),
        writeList: (traceId, name, hashes) => outage.survive(() => buffer.writeList(traceId, name, hashes)),
        readList: (traceId, name) => buffer.readList(traceId, name),
      },
      wakeUps: {
        send: (delayed) => outage.survive(() => wakeUps.send(delayed)),
        sendToDeadLetters: (deadLetters) => outage.survive(() => wakeUps.sendToDeadLetters(deadLetters)),
      },
      archive: {
        create: (key, lines) => outage.survive(() => archive.create(key, lines)),
        fence: (key) => outage.survive(() => archive.fence(key)),
        inspect: (key) => outage.survive(() => archive.inspect(key)),
      },
      limits: {
        lease: (...args) => outage.survive(() => limits.lease(...args)),
        release: (bucket, tokens) => limits.release(bucket, tokens),
      },
      keyTables: {
        latest: (sampler, interval) => keyTables.latest(sampler, interval),
        putIfAbsent: (sampler, table) => outage.survive(() => keyTables.putIfAbsent(sampler, table)),
        counts: (sampler, interval) => keyTables.counts(sampler, interval),
        count: (sampler, interval, counts) => keyTables.count(sampler, interval, counts),
      },
    };
  });
}

/** The queue, as {@link patientServices}. A message whose acknowledgement waits is not delivered a second time. */
export function patientQueue(queue: LocalQueue, outage: Outage): LocalQueue {
  return {
    receive: (limits) => outage.survive(() => queue.receive(limits)),
    acknowledge: (messageIds) => outage.survive(() => queue.acknowledge(messageIds)),
    nextVisibleAtMs: () => queue.nextVisibleAtMs(),
  };
}
