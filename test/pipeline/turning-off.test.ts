import { describe, expect, it } from 'vitest';
import { exportRequest } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { type Configuration, TURNING_OFF } from './turning-off.ts';
import { EVERY_TRACE_IS_LARGE, parsePolicies, World } from './world.ts';

const SECOND = 1_000;

const ANSWERS = [
  { answer: 'heard', tries: 1 },
  // The second try conflicts with the first.
  { answer: 'lost', tries: 2 },
];

describe.each(Object.entries(TURNING_OFF))('a policy that turns off: %s', (_, configuration) => {
  const { yaml, requests } = configuration;

  it.each(ANSWERS)(
    'loses no span when a decider is slow to record what another one has not sampled since, its answer $answer',
    async ({ tries }) => {
      const world = new World({ ...(yaml !== undefined && { yaml }) });
      await recordSlowly(world, configuration, tries);
      expectPromisesKept(world, requests.flat(), 'may turn off');
      expect(world.archivedSpans()).toHaveLength(requests.flat().length);
      expect(world.archivedLines()).toMatchObject([{ seq: 0, span_count: requests.flat().length }]);
      expect(world.total('sampled')).toBe(1);
      expect(world.total('sampledSpans')).toBe(requests.flat().length);
    },
  );

  it.each(ANSWERS)(
    'leaves a large trace to the decider that has seen more of it and was first to record that, its answer $answer',
    async ({ tries }) => {
      const world = new World({ settings: EVERY_TRACE_IS_LARGE, ...(yaml !== undefined && { yaml }) });
      await recordSlowly(world, configuration, tries);
      expectPromisesKept(world, requests.flat(), 'may turn off');
      // The policies of the slow one have not looked at all of it yet: its look is the last one, and counts as it does for a small trace.
      const isKept = configuration.replacedBy !== undefined;
      expect(world.archivedSpans()).toHaveLength(isKept ? requests.flat().length : 0);
      const counted = [world.total('received'), world.total('sampled'), world.total('continued')];
      expect(counted).toEqual([1, isKept ? 1 : 0, 0]);
    },
  );
});

/**
 * One decider samples the trace of the first request, and records that after another one has looked at the trace with all
 * requests, has not sampled it, and has acknowledged the others.
 */
async function recordSlowly(world: World, { replacedBy, requests }: Configuration, tries: number): Promise<void> {
  const record = world.buffer.record.bind(world.buffer);
  world.buffer.record = async (traceId, decision) => {
    if (tries === 2) await record(traceId, decision);
    return record(traceId, decision);
  };
  const [first = [], ...others] = requests;
  await world.ingest(exportRequest(first));
  world.clock.advance(30 * SECOND);

  let goOn = () => {};
  const isHeld = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let isAboutToRecord = () => {};
  const aboutToRecord = new Promise<void>((resolve) => {
    isAboutToRecord = resolve;
  });
  const slow = world.decideOnce({
    step: async (label, when) => {
      if (label !== 'record' || when !== 'before') return;
      isAboutToRecord();
      await isHeld;
    },
  });
  await aboutToRecord;
  for (const spans of others) await world.ingest(exportRequest(spans));
  if (replacedBy !== undefined) world.config = parsePolicies(replacedBy);
  world.clock.advance(31 * SECOND);
  await world.decideOnce();
  expect(world.queue.pendingCount, 'only the wake-up of the slow decider is left').toBe(1);
  expect(world.total('sampled')).toBe(0);

  goOn();
  await slow;
  await world.drain();
}
