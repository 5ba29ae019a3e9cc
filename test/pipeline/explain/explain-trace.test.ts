import { describe, expect, it } from 'vitest';
import { TraceTooLargeError, UnavailableError } from '../../../lib/pipeline/ports.ts';
import { useStores } from '../../sqlite/temporary-store.ts';
import { VISIBILITY_TIMEOUT_MS, worldAdapters } from '../../sqlite/world-adapters.ts';
import { exportRequest, traceIdOf } from '../../support/export-request.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { THREE_POLICIES } from '../../support/three-policies.ts';
import {
  type AnyWorld,
  dieAt,
  EVERY_TRACE_IS_LARGE,
  memoryAdapters,
  parsePolicies,
  WorldOn,
  type WorldOptions,
} from '../world.ts';
import { explain } from './explain-trace.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const { open } = useStores();

const ENGINES: readonly (readonly [string, (options: WorldOptions) => AnyWorld])[] = [
  ['memory', (options) => new WorldOn(memoryAdapters(), options)],
  [
    'SQLite',
    (options) => {
      const clock = new ManualClock();
      const store = open({ clock, visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS });
      return new WorldOn(worldAdapters(store, clock), options);
    },
  ],
];

describe.each(ENGINES)('on %s, where a trace is', (_, create) => {
  it('is nowhere when it never came', async () => {
    const world = create({});
    const { report, trace } = await explain(world, 'a');
    expect(report).toEqual({
      traceId: traceIdOf('a'),
      asOfMs: world.clock.now(),
      fate: { state: 'unknown' },
      arrivals: [],
      deadLetters: [],
      hasMoreDeadLetters: false,
    });
    expect(trace).toBeUndefined();
  });

  it('is in the buffer until its decision is due, and the report says what came when, from which service', async () => {
    const world = create({ yaml: THREE_POLICIES });
    const startMs = world.clock.now();
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', service: 'gateway' },
        { trace: 'a', span: 'a2', parent: 'a1', service: 'cart' },
        { trace: 'a', span: 'a3', parent: 'a1', service: 'cart' },
      ]),
    );
    world.clock.advance(10 * SECOND);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a4', parent: 'a1', service: 'payment', error: true }]));
    const { report, trace } = await explain(world, 'a');
    expect(report.fate).toMatchObject({ state: 'waiting', dueAtMs: startMs + 30 * SECOND });
    expect(report.fate).toMatchObject({ explained: { decision: { outcome: 'sampled', policy: 'errors' } } });
    expect(report.arrivals).toEqual([
      {
        hash: expect.any(String),
        receivedAtMs: startMs,
        expiresAtMs: startMs + 24 * HOUR,
        spanCount: 3,
        isExpired: false,
        isClaimed: false,
        dueAtMs: startMs + 30 * SECOND,
        services: new Map([
          ['gateway', 1],
          ['cart', 2],
        ]),
      },
      expect.objectContaining({ receivedAtMs: startMs + 10 * SECOND, services: new Map([['payment', 1]]) }),
    ]);
    expect(trace?.spanCount).toBe(4);
  });

  it('is due earlier when its root is there, with decision_wait_after_root_received', async () => {
    const yaml = `{ decision_wait: 30s, decision_wait_after_root_received: 5s, policies: [{ name: all, type: always_sample }] }`;
    const world = create({ yaml });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    const first = (await explain(world, 'a')).report.fate;
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    const second = (await explain(world, 'a')).report.fate;
    expect([first, second]).toMatchObject([
      { state: 'waiting', dueAtMs: world.clock.now() + 30 * SECOND },
      { state: 'waiting', dueAtMs: world.clock.now() + 5 * SECOND },
    ]);
  });

  it.each([
    ['whose record is read whole', {}],
    ['that leaves a note', EVERY_TRACE_IS_LARGE],
  ])('is not sampled, with the vote of each policy and why: a trace %s', async (_what, settings) => {
    const world = create({ yaml: THREE_POLICIES, settings });
    const startMs = world.clock.now();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', durationMs: 812 }]));
    await world.drain();
    world.clock.advance(SECOND);
    const { report } = await explain(world, 'a');
    expect(report.fate).toMatchObject({
      state: 'not_sampled',
      nextLookAtMs: undefined,
      leavesAtMs: startMs + 24 * HOUR,
      explained: {
        votes: [
          { policy: 'no-health', vote: 'not_sampled', saw: 'sub-policy health does not match it' },
          { policy: 'errors', vote: 'not_sampled', saw: 'no span has status ERROR' },
          { policy: 'slow', vote: 'not_sampled', saw: 'it takes 812 ms', facts: { durationMs: 812 } },
        ],
      },
    });
  });

  it('is looked at again when spans have come since', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.drain();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    expect((await explain(world, 'a')).report.fate).toMatchObject({
      state: 'not_sampled',
      nextLookAtMs: world.clock.now() + 30 * SECOND,
    });
  });

  it('is dropped, by the policy that says so', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', service: 'health', error: true }]));
    await world.drain();
    const { fate } = (await explain(world, 'a')).report;
    expect(fate).toMatchObject({
      state: 'dropped',
      explained: {
        decision: { policy: 'no-health' },
        votes: [{ vote: 'dropped' }, { vote: 'not_evaluated' }, { vote: 'not_evaluated' }],
      },
    });
  });

  it('is kept: by which policy, with which weight, in which object, when', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.drain();
    const decidedAtMs = world.clock.now();
    world.clock.advance(SECOND);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    const { report, trace, isWhole } = await explain(world, 'a');
    const key = world.archive.keys()[0];
    expect(report.fate).toEqual({
      state: 'kept',
      policy: 'errors',
      keeps: 'every trace that has a span with status ERROR',
      adjustedCount: 1,
      decidedAtMs,
      objects: [{ key, state: 'written' }],
      lineCount: 1,
    });
    expect(report.arrivals.map(({ isClaimed }) => isClaimed)).toEqual([true, false]);
    expect([trace?.spanCount, isWhole]).toEqual([2, true]);
    await world.drain();
    const late = (await explain(world, 'a')).report;
    expect(late.fate).toMatchObject({ objects: [{ state: 'written' }, { state: 'written' }], lineCount: 2 });
    expect(late.arrivals.map(({ isClaimed }) => isClaimed)).toEqual([true, true]);
  });

  it('is kept also when its spans have left the buffer', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.drain();
    world.clock.advance(25 * HOUR);
    const { report, trace, isWhole } = await explain(world, 'a');
    expect(report.fate).toMatchObject({ state: 'kept', policy: 'errors', objects: [{ state: 'written' }] });
    expect([trace, isWhole]).toEqual([undefined, false]);
  });

  it('is claimed by an owner that died, and looking at it does not fence the claim', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    // Read, record and read again take six steps; then comes the object.
    await world.decideOnce({ step: dieAt(6).step }).catch(() => undefined);
    world.clock.advance(HOUR);
    expect((await explain(world, 'a')).report.fate).toMatchObject({ state: 'kept', objects: [{ state: 'pending' }] });
    expect(world.archive.keys()).toEqual([]);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('is overdue when the policies of now keep it, and nothing is recorded', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.drain();
    world.config = parsePolicies('{ decision_wait: 30s, policies: [{ name: all, type: always_sample }] }');
    expect((await explain(world, 'a')).report.fate).toMatchObject({
      state: 'overdue',
      explained: { decision: { policy: 'all' } },
    });
  });

  it('is among the dead letters, with the reason', async () => {
    const world = create({ yaml: THREE_POLICIES });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = () => Promise.reject(new UnavailableError('the table is gone'));
    await world.drain();
    world.buffer.read = read;
    const { report } = await explain(world, 'a');
    expect(report.fate).toMatchObject({
      state: 'dead_lettered',
      reason: 'not settled in 11 attempts: the table is gone',
      explained: { decision: { outcome: 'not_sampled' } },
    });
    expect(report.deadLetters).toEqual([{ reason: 'not settled in 11 attempts: the table is gone', fragments: 1 }]);
  });

  it('has expired, as long as the buffer has not deleted it', async () => {
    const world = create({ yaml: THREE_POLICIES });
    const startMs = world.clock.now();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.drain();
    world.clock.advance(25 * HOUR);
    const { report, trace } = await explain(world, 'a');
    expect(report.fate).toEqual({ state: 'expired', leftAtMs: startMs + 24 * HOUR });
    expect(report.arrivals).toMatchObject([{ isExpired: true, spanCount: 1, services: undefined }]);
    expect(trace).toBeUndefined();
  });
});

describe('looking for a trace', () => {
  it('draws on no limit, whichever it names and however often', async () => {
    const yaml = `
decision_wait: 30s
policies:
  - { name: some, type: rate_limiting, rate_limiting: { spans_per_second: 1, burst_capacity: 2 } }
  - { name: shared, type: composite, composite: { max_total_spans_per_second: 2, composite_sub_policy: [{ name: all, type: always_sample }] } }
`;
    const world = new WorldOn(memoryAdapters(), { yaml });
    const two = [
      { trace: 'a', span: 'a1' },
      { trace: 'a', span: 'a2' },
    ];
    await world.ingest(exportRequest(two));
    for (let look = 0; look < 5; look++) {
      expect((await explain(world, 'a')).report.fate).toMatchObject({
        explained: {
          votes: [
            { vote: 'sampled', saw: 'it has 2 spans, and that many are left of the budget' },
            { vote: 'sampled', saw: 'sub-policy all matches it, and of its 2 spans of this second 2 are left' },
          ],
        },
      });
    }
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ sampling_policy: 'some' }]);
    await world.ingest(
      exportRequest([
        { ...two[0], trace: 'b' },
        { ...two[1], trace: 'b' },
      ] as typeof two),
    );
    expect((await explain(world, 'b')).report.fate).toMatchObject({
      explained: { votes: [{ vote: 'not_sampled', saw: 'it has 2 spans, and fewer are left of the budget' }, {}] },
    });
  });

  it('counts no trace for a dynamic policy, and stores no table', async () => {
    const yaml = `
decision_wait: 30s
policies: [{ name: fair, type: dynamic, dynamic: { key_attributes: [service.name], goal_sampling_percentage: 10 } }]
`;
    const world = new WorldOn(memoryAdapters(), { yaml });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    let writes = 0;
    for (const name of ['putIfAbsent', 'count'] as const) {
      const write = world.keyTables[name].bind(world.keyTables) as (...args: unknown[]) => never;
      world.keyTables[name] = (...args: unknown[]) => {
        writes += 1;
        return write(...args);
      };
    }
    for (let look = 0; look < 3; look++) {
      expect((await explain(world, 'a')).report.fate).toMatchObject({ explained: { votes: [{ policy: 'fair' }] } });
    }
    expect(writes).toBe(0);
    await world.drain();
    expect(writes).toBeGreaterThan(0);
  });

  it('says that it is too large, and still what came', async () => {
    const world = new WorldOn(memoryAdapters(), {});
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    world.buffer.read = () => Promise.reject(new TraceTooLargeError('more than 64 MB in the buffer'));
    const { report } = await explain(world, 'a');
    expect(report.fate).toEqual({ state: 'too_large', reason: 'more than 64 MB in the buffer' });
    expect(report.arrivals).toMatchObject([{ spanCount: 1, isExpired: false, services: undefined }]);
  });
});
