import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { type Step, World } from './world.ts';

/** What an adapter tries for before it gives up. */
const RETRY_BUDGET_MS = 4000;

const filtered = (status: string, name: string, policy: string) => `
  - name: ${name}
    type: and
    and:
      and_sub_policy:
        - { name: filter, type: status_code, status_code: { status_codes: [${status}] } }
        - { name: share, ${policy} }
`;
const HEALTHY = '{ name: healthy, type: status_code, status_code: { status_codes: [UNSET] } }';
const LIMITED = `decision_wait: 30s
policies:
  - ${HEALTHY}
  ${filtered('ERROR', 'limited', 'type: rate_limiting, rate_limiting: { spans_per_second: 1000 }')}
  ${filtered('ERROR', 'other', 'type: rate_limiting, rate_limiting: { spans_per_second: 1000 }')}
`;
const DYNAMIC = `decision_wait: 30s
policies:
  - ${HEALTHY}
  ${filtered('ERROR', 'by-service', 'type: dynamic, dynamic: { key_attributes: [service.name], goal_sampling_percentage: 100 }')}
`;

/** 40 traces, of which every other one needs what the store knows. */
const TRACES: SpanSpec[] = Array.from({ length: 40 }, (_, i) => ({
  trace: (i + 1).toString(16),
  span: '1',
  ...(i % 2 === 1 && { error: true }),
}));

/** A store that is down fails each call that `label` names after the time for its retries. */
function downFor(world: World, label: string) {
  const down = { calls: 0, isDown: true };
  const step: Step = (called) => {
    if (called !== label || !down.isDown) return;
    down.calls++;
    world.clock.advance(RETRY_BUDGET_MS);
    throw new UnavailableError(`${label}: the store is down`);
  };
  return { down, step };
}

describe.each([
  { store: 'limit store', yaml: LIMITED, label: 'lease', buckets: 2 },
  { store: 'key table store', yaml: DYNAMIC, label: 'latest table', buckets: 1 },
])('a batch while the $store is down', ({ yaml, label, buckets }) => {
  it('waits once, decides what needs nothing of it, and sends the rest on', async () => {
    const world = new World({ yaml });
    await world.ingest(exportRequest(TRACES));
    world.clock.advance(30_000);
    const startMs = world.clock.now();
    const { down, step } = downFor(world, label);

    await world.decideOnce({ step });

    // Each bucket that the first trace needs is asked for at the same time, and none again.
    expect(down.calls).toBe(buckets);
    expect(world.clock.now() - startMs).toBe(buckets * RETRY_BUDGET_MS);
    expect(world.archivedLines().map((line) => line.sampling_policy)).toEqual(Array(20).fill('healthy'));
    expect([world.total('received'), world.total('continued'), world.total('deadLettered')]).toEqual([20, 20, 0]);

    await world.drain();
    expect(new Set(world.archivedSpans()).size).toBe(40);
    expect(world.archivedSpans()).toHaveLength(40);
    expect([world.total('received'), world.queue.deadLetters.length]).toEqual([40, 0]);
  });

  it('is asked again in the next batch of the same decider', async () => {
    const world = new World({ yaml });
    await world.ingest(exportRequest(TRACES));
    world.clock.advance(30_000);
    const { down, step } = downFor(world, label);
    const decide = world.decider(step);
    const nextBatch = async () => {
      world.clock.set(Math.max(world.clock.now(), world.queue.nextVisibleAtMs() ?? 0));
      const messages = world.queue.receive(10);
      const { failedMessageIds } = await decide(
        messages.map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp })),
      );
      expect(failedMessageIds).toEqual([]);
      for (const { receiptHandle } of messages) world.queue.acknowledge(receiptHandle);
    };
    await nextBatch();
    await nextBatch();
    expect(down.calls).toBe(2 * buckets);
    down.isDown = false;
    await nextBatch();
    expect(new Set(world.archivedSpans()).size).toBe(40);
  });
});
