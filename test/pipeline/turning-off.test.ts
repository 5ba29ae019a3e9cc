import { describe, expect, it } from 'vitest';
import { exportRequest } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { TURNING_OFF } from './turning-off.ts';
import { parsePolicies, World } from './world.ts';

const SECOND = 1_000;

describe.each(Object.entries(TURNING_OFF))('a policy that turns off: %s', (_, { yaml, replacedBy, requests }) => {
  it.each([
    { answer: 'heard', tries: 1 },
    // The second try conflicts with the first.
    { answer: 'lost', tries: 2 },
  ])(
    'loses no span when a decider is slow to record what another one has not sampled since, its answer $answer',
    async ({ tries }) => {
      const world = new World({ ...(yaml !== undefined && { yaml }) });
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
      expectPromisesKept(world, requests.flat(), 'may turn off');
      expect(world.archivedSpans()).toHaveLength(requests.flat().length);
      expect(world.archivedLines()).toMatchObject([{ seq: 0, span_count: requests.flat().length }]);
      expect(world.total('sampled')).toBe(1);
      expect(world.total('sampledSpans')).toBe(requests.flat().length);
    },
  );
});
