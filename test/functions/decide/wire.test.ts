import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { wireDecide, wireDecideWakeUps } from '../../../functions/decide/handler.ts';
import { fixedConfig } from '../../../functions/shared/live-config.ts';
import type { Services } from '../../../functions/shared/per-tenant.ts';
import { encodeWakeUp } from '../../../lib/aws/sqs/wake-up-message.ts';
import { TraceTooLargeError } from '../../../lib/pipeline/ports.ts';
import { SMALL_TRACE } from '../../../lib/pipeline/trace-limits.ts';
import { World } from '../../pipeline/world.ts';
import { exportRequest, traceIdOf } from '../../support/export-request.ts';
import { RecordingLog } from '../../support/recording-log.ts';

/** The handler over memory adapters, with one failing trace that is due. */
async function setUp() {
  const world = new World();
  await world.ingest(exportRequest([{ trace: 'a', span: 'a', error: true }]));
  world.clock.advance(30_000);
  const [message] = world.queue.receive();
  const { clock, buffer, archive, queue: wakeUps, limits, keyTables } = world;
  let trainings = 0;
  const trainer = {
    trainIfDue: async () => {
      trainings += 1;
    },
  };
  const services: Services = { clock, buffer, archive, wakeUps, limits, keyTables, trainer };
  const log = new RecordingLog();
  const handle = wireDecide({ services: () => services, config: fixedConfig(world.config), log });
  const body = message === undefined ? '' : (encodeWakeUp(message.wakeUp)[0] ?? '');
  const record = { messageId: 'm', body } as Parameters<typeof handle>[0]['Records'][number];
  const run = (times: number[]) => handle({ Records: [record] }, timesLeft(times));
  return { world, log, run, trainings: () => trainings };
}

/** Answers one time after the other, and the last one for ever. */
function timesLeft(times: number[]) {
  return { getRemainingTimeInMillis: () => (times.length > 1 ? times.shift() : times[0]) ?? 0 };
}

/** The handler over memory adapters of two tenants, each with a large trace that is due. */
async function setUpTenants() {
  let reading = 0;
  let most = 0;
  const worlds = new Map<string | undefined, World>();
  for (const tenant of ['shop', 'bank', 'post']) {
    const world = new World();
    await world.ingest(exportRequest(['a', 'b'].map((trace) => ({ trace, span: trace, error: true }))));
    world.clock.advance(30_000);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      if (options?.limit === SMALL_TRACE) throw new TraceTooLargeError('more than a small trace has');
      reading += 1;
      most = Math.max(most, reading);
      await setImmediate();
      reading -= 1;
      return read(traceId, options);
    };
    worlds.set(tenant, world);
  }
  const [any] = worlds.values();
  const services = (tenant: string | undefined): Services => {
    const { clock, buffer, archive, queue: wakeUps, limits, keyTables } = worlds.get(tenant) ?? new World();
    return { clock, buffer, archive, wakeUps, limits, keyTables };
  };
  const config = fixedConfig(any?.config ?? new World().config);
  const decide = wireDecideWakeUps({ services, config, log: new RecordingLog() });
  const delivered = [...worlds].flatMap(([tenant, world]) =>
    world.queue.receive().map(({ wakeUp, receiptHandle }) => ({
      messageId: `${tenant}/${receiptHandle}`,
      wakeUp,
      ...(tenant !== undefined && { tenant }),
    })),
  );
  return { worlds, decide: () => decide(delivered), most: () => most };
}

describe('large traces of several tenants', () => {
  it('are held in memory one after the other', async () => {
    const { worlds, decide, most } = await setUpTenants();
    expect(await decide()).toEqual([]);
    expect([...worlds.values()].map((world) => world.archivedSpans().length)).toEqual([2, 2, 2]);
    expect(most()).toBe(1);
  });
});

describe('the wired decide handler', () => {
  it('decides while there is time', async () => {
    const { world, run, log, trainings } = await setUp();
    expect(await run([59_990])).toEqual({ batchItemFailures: [] });
    expect(trainings()).toBe(1);
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('a')]);
    expect(log.entries.map(({ message }) => message)).toEqual(['decision batch']);
  });

  it('sends on what comes when its time is nearly over', async () => {
    const { world, run, trainings } = await setUp();
    expect(await run([59_990, 59_980, 14_000])).toEqual({ batchItemFailures: [] });
    expect([world.archivedLines(), trainings()]).toEqual([[], 0]);
    await world.drain();
    expect(world.archivedLines()).toHaveLength(1);
  });

  it('warns when the function may outlive its claims', async () => {
    const { run, log } = await setUp();
    await run([300_000]);
    expect(log.entries[0]).toEqual({
      message: 'function timeout is too long',
      fields: { remainingMs: 300_000, claimTimeoutMs: 90_000, expected: 'less than claimTimeoutMs' },
    });
  });
});
