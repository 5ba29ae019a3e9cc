import { afterEach, describe, expect, it, vi } from 'vitest';
import { toRecordItem } from '../../lib/aws/dynamodb/decision-item.ts';
import { itemBytes } from '../../lib/aws/dynamodb/schema.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { TraceTooLargeError, UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { World } from './world.ts';

const SECOND = 1_000;

describe('a decision', () => {
  it('keeps a trace with an error and leaves the others', async () => {
    const world = new World();
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1' },
      ]),
    );
    await world.drain();
    expect(world.archivedLines().map((line) => [line.trace_id, line.sampling_policy, line.seq])).toEqual([
      [traceIdOf('a'), 'errors', 0],
    ]);
    expect([world.total('received'), world.total('sampled'), world.total('notSampled')]).toEqual([2, 1, 1]);
  });

  it('is not made before decision_wait is over', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(29 * SECOND);
    expect(await world.decideOnce()).toBe(0);
    world.clock.advance(SECOND);
    expect(await world.decideOnce()).toBe(1);
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('looks at all fragments of the trace, in one line, once', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', service: 'gateway' }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', service: 'cart', error: true }]));
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ span_count: 2, seq: 0 }]);
    expect(world.total('lateFragments')).toBe(0);
    expect(world.total('received')).toBe(1);
  });

  it('comes earlier for a trace whose root is in the request, with decision_wait_after_root_received', async () => {
    const yaml = `
decision_wait: 30s
decision_wait_after_root_received: 5s
policies: [{ name: all, type: always_sample }]
`;
    const world = new World({ yaml });
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1' },
        { trace: 'b', span: 'b2', parent: 'b1' },
      ]),
    );
    world.clock.advance(5 * SECOND);
    await world.decideOnce();
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('a')]);
    await world.drain();
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('a'), traceIdOf('b')]);
  });

  it('hops over the longest delay of a message when decision_wait is longer', async () => {
    const world = new World({ yaml: 'decision_wait: 40m\npolicies: [{ name: all, type: always_sample }]' });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    const start = world.clock.now();
    await world.drain();
    expect(world.total('hops')).toBe(2);
    expect(world.clock.now() - start).toBe(40 * 60 * SECOND);
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('writes one object for each partition of a batch', async () => {
    const world = new World();
    const hour = 3_600_000;
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1', error: true },
        { trace: 'c', span: 'c1', error: true, startMs: -hour },
        { trace: 'd', span: 'd1', error: true, startMs: -1_000 * hour },
      ]),
    );
    await world.drain();
    const partitions = world.archive.keys().map((key) => key.replace(/traces_.*/, ''));
    // d started six weeks ago, says its clock: it goes where it arrived.
    expect(partitions.sort()).toEqual(['traces/dt=2026-11-21/hour=11/', 'traces/dt=2026-11-21/hour=12/']);
    expect(world.archive.keys()[0]).toMatch(/\/traces_20261121T120030000Z-[0-9a-f]{16}\.jsonl\.gz$/);
  });

  it('ends a round when its lines have the size of an object, and goes on under another key', async () => {
    const world = new World({ settings: { maxRoundBytes: 500, concurrency: 1 } });
    const spans = ['a', 'b', 'c'].map((trace) => ({ trace, span: `${trace}1`, error: true }));
    await world.ingest(exportRequest(spans));
    await world.drain();
    expect(world.archive.keys()).toHaveLength(3);
    expect(new Set(world.archivedSpans()).size).toBe(3);
  });
});

describe('late spans', () => {
  it('of a kept trace are written as a further line with the same policy and weight', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.drain();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    await world.drain();
    const [first, late] = world.archivedLines();
    expect(late).toMatchObject({ trace_id: first?.trace_id, sampling_policy: 'errors', sample_weight: 1, seq: 1 });
    expect(world.archivedSpans()).toHaveLength(2);
    expect([world.total('sampled'), world.total('lateFragments')]).toEqual([1, 1]);
  });

  it('go to the partition of their trace, however late they are', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.drain();
    world.clock.advance(3 * 3_600_000);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', startMs: 3 * 3_600_000 }]));
    await world.drain();
    expect(new Set(world.archive.keys().map((key) => key.split('/traces_')[0]))).toEqual(
      new Set(['traces/dt=2026-11-21/hour=12']),
    );
  });

  it('with an error rescue a trace that was not sampled, whole', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.drain();
    expect(world.archivedSpans()).toEqual([]);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', error: true }]));
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ span_count: 2, seq: 0 }]);
    expect(['received', 'notSampled', 'sampled', 'rescued'].map((name) => world.total(name as 'received'))).toEqual([
      1, 1, 1, 1,
    ]);
  });

  it('of a trace that goes on for hours do not make its record grow with each claim', async () => {
    const world = new World();
    for (let index = 0; index < 60; index++) {
      await world.ingest(exportRequest([{ trace: 'a', span: `a${index}`, error: index === 0 }]));
      await world.drain();
    }
    const { decision } = await world.buffer.read(traceIdOf('a'));
    if (decision === undefined) throw new Error('the trace is kept');
    expect(itemBytes(toRecordItem(traceIdOf('a'), decision, 0)), 'one write unit').toBeLessThanOrEqual(1024);
    const named = decision.claims.flatMap((claim) => claim.fragments);
    const lists = decision.claims.flatMap((claim) => claim.lists ?? []);
    const listed = await Promise.all(lists.map((name) => world.buffer.readList(traceIdOf('a'), name)));
    expect(new Set([...named, ...listed.flatMap((list) => list ?? [])]).size).toBe(60);
    expect(new Set(world.archivedSpans()).size).toBe(60);
    expect(world.archivedLines().map((line) => line.seq)).toEqual(Array.from({ length: 60 }, (_, seq) => seq));
  });

  it('that are all in the archive already, in another grouping, are settled without a line', async () => {
    const world = new World();
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true },
        { trace: 'a', span: 'a2', parent: 'a1' },
      ]),
    );
    await world.drain();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    await world.drain();
    expect(world.archivedLines()).toHaveLength(1);
    expect(world.queue.pendingCount).toBe(0);
  });
});

describe('a kept trace', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is indexed once: for the policies and for its lines', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    const index = vi.spyOn(Trace, 'fromFragments');
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(2);
    expect(index).toHaveBeenCalledTimes(1);
  });

  it('is indexed again when it is examined once more and has grown since', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    const index = vi.spyOn(Trace, 'fromFragments');
    let isFirst = true;
    await world.decideOnce({
      step: async (label, when) => {
        if (label !== 'record' || when !== 'after' || !isFirst) return;
        isFirst = false;
        await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
      },
    });
    expect(world.archivedLines()).toMatchObject([{ seq: 0, span_count: 2 }]);
    expect([index.mock.calls.length, world.total('sampled'), world.total('sampledSpans')]).toEqual([2, 1, 2]);
  });
});

describe('a resend', () => {
  it.each([
    ['before the decision', 1 * SECOND],
    ['after the decision', 100 * SECOND],
    ['when the fragments have expired but the record has not', 26 * 3_600 * SECOND],
  ])('%s adds nothing', async (_, afterMs) => {
    const world = new World();
    const request = exportRequest([{ trace: 'a', span: 'a1', error: true }]);
    await world.ingest(request);
    await world.decideOnce();
    if (afterMs > 30 * SECOND) await world.drain();
    world.clock.advance(afterMs);
    await world.ingest(request);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
  });
});

describe('what cannot be settled', () => {
  it('because the owner of its claim is still at work is handed on, and settled once that has committed', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    const { decision, fragments } = await claimedBySomebodyElse(world);
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.total('continued')).toBe(1);
    await world.archive.create(decision.claims[0]?.key ?? '', fragments);
    await world.drain();
    expect(world.archive.keys()).toHaveLength(1);
    expect(world.queue.pendingCount).toBe(0);
  });

  it('because the owner of its claim died is fenced, then written under another key', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    const { decision } = await claimedBySomebodyElse(world);
    await world.drain();
    const [dead, alive] = world.archive.keys();
    expect(dead).toBe(decision.claims[0]?.key);
    expect(await world.archive.inspect(dead ?? '')).toBe('fence');
    expect(world.archive.lines(alive ?? '')).toHaveLength(1);
    expect(world.total('fenced')).toBe(1);
    // The slow owner comes back: it must find the door shut.
    expect(await world.archive.create(dead ?? '', [new Uint8Array(1)])).toBe('exists');
  });

  it('because the buffer has lost its fragment ends at the dead letters, and says so', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.buffer.read = async () => ({ decision: undefined, fragments: [] });
    await world.drain();
    expect(world.queue.deadLetters).toMatchObject([
      {
        fragments: [{ traceId: traceIdOf('a') }],
        reason: 'not settled in 11 attempts: they are not in the buffer, although their time there is not over',
      },
    ]);
    expect(world.total('continued')).toBe(10);
    expect([world.total('deadLettered'), world.total('expired')]).toEqual([1, 0]);
  });

  it('because one of its fragments is gone is kept without it, and what is gone ends at the dead letters', async () => {
    const world = new World({ bufferTtlMs: 50 * SECOND });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    world.clock.advance(25 * SECOND);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedSpans()).toEqual([`${traceIdOf('a')}/${spanIdOf('a2')}`]);
    await world.drain();
    expect(world.queue.deadLetters.flatMap((wakeUp) => wakeUp.fragments)).toMatchObject([{ traceId: traceIdOf('a') }]);
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('because it is too large does not hold up the others either', async () => {
    const world = new World();
    const spans = ['a', 'b', 'c'].map((trace) => ({ trace, span: `${trace}1`, error: true }));
    await world.ingest(exportRequest(spans));
    const record = world.buffer.record.bind(world.buffer);
    world.buffer.record = (traceId, decision) =>
      traceId === traceIdOf('b')
        ? Promise.reject(new TraceTooLargeError('too many claims'))
        : record(traceId, decision);
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('a'), traceIdOf('c')]);
    expect(world.queue.deadLetters.map(({ reason }) => reason)).toEqual(['too many claims; nothing of it is kept']);
  });

  it('waits longer each time, and goes to the dead letters with all its attempts before it', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.buffer.read = async () => Promise.reject(new Error('broken'));
    const start = world.clock.now();
    await world.drain();
    // 30 s for the decision, then 30, 60, 120, 240, 480 and five times 900 s.
    expect(world.clock.now() - start).toBe((30 + 930 + 5 * 900) * SECOND);
    expect(world.queue.deadLetters).toMatchObject([{ attempt: 0, reason: 'not settled in 11 attempts: broken' }]);
  });

  it('because of one trace does not hold up the others', async () => {
    const world = new World();
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1', error: true },
      ]),
    );
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = (traceId) => (traceId === traceIdOf('a') ? Promise.reject(new Error('broken')) : read(traceId));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('b')]);
    expect(world.summaries[0]?.failures[0]).toEqual({ traceId: traceIdOf('a'), message: 'broken' });
    expect(world.total('continued')).toBe(1);
  });

  it('keeps its message when it cannot be handed on either', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: (label) => {
        if (label === 'read' || label === 'send') throw new Error('no network');
      },
    });
    expect(world.queue.pendingCount).toBe(1);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
  });
});

describe('a slow owner', () => {
  it('whose PUT meets a fence has committed nothing, and leaves the trace to whoever comes next', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: async (label, when) => {
        if (label !== 'create' || when !== 'before') return;
        const claim = (await world.buffer.read(traceIdOf('a'))).decision?.claims[0];
        await world.archive.fence(claim?.key ?? '');
      },
    });
    expect(world.archivedSpans()).toEqual([]);
    expect(world.queue.pendingCount).toBe(1);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('is taken over from with all the spans that have come since, in one line', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await claimedBySomebodyElse(world);
    world.clock.advance(120 * SECOND);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ seq: 0, span_count: 2 }]);
  });
});

describe('a claim whose answer never came', () => {
  it('delays only the traces of its round, and ends that round', async () => {
    const world = new World({ settings: { concurrency: 4 } });
    const spans = Array.from({ length: 40 }, (_, index) => ({ trace: `a${index}`, span: `${index + 1}`, error: true }));
    await world.ingest(exportRequest(spans));
    world.clock.advance(30 * SECOND);
    let records = 0;
    await world.decideOnce({
      step: (label, when) => {
        if (label === 'record' && when === 'before' && ++records === 1) throw new UnavailableError('throttled');
      },
    });
    expect(world.archivedSpans().length).toBeGreaterThanOrEqual(36);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(40);
    expect(new Set(world.archivedSpans()).size).toBe(40);
  });

  it('is recognised as made when the second try conflicts with the first', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    const record = world.buffer.record.bind(world.buffer);
    world.buffer.record = async (traceId, decision) => {
      await record(traceId, decision);
      return record(traceId, decision);
    };
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedSpans()).toHaveLength(1);
    expect([world.total('sampled'), world.total('continued'), world.total('fenced')]).toEqual([1, 0, 0]);
  });

  it('that somebody else has written costs the other traces of its round nothing', async () => {
    const world = new World();
    const error = { error: true };
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', ...error },
        { trace: 'b', span: 'b1', ...error },
      ]),
    );
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    world.clock.advance(30 * SECOND);
    let isFirst = true;
    await world.decideOnce({
      max: 1,
      step: async (label, when) => {
        if (label !== 'record' || when !== 'before' || !isFirst) return;
        isFirst = false;
        await world.decideOnce();
      },
    });
    expect(world.archivedLines().map((line) => [line.trace_id, line.span_count])).toEqual([
      [traceIdOf('a'), 2],
      [traceIdOf('b'), 1],
    ]);
    expect([world.total('continued'), world.queue.pendingCount]).toEqual([0, 0]);
  });

  it('makes the round give its object up, because the object would pass for the commit of a claim that it does not hold', async () => {
    const world = new World();
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1', error: true },
      ]),
    );
    world.clock.advance(30 * SECOND);
    let records = 0;
    await world.decideOnce({
      step: (label, when) => {
        if (label === 'record' && when === 'after' && ++records === 1) throw new Error('the answer was lost');
      },
    });
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(2);
    expect(new Set(world.archivedSpans()).size).toBe(2);
  });
});

/** Somebody claims the trace that the queue is about, and has not written yet. */
async function claimedBySomebodyElse(world: World) {
  const traceId = traceIdOf('a');
  const { fragments } = await world.buffer.read(traceId);
  const key = 'traces/dt=2026-11-21/hour=12/traces_20261121T120000000Z-00000000deadbeef.jsonl.gz';
  const decision = {
    policy: 'errors',
    adjustedCount: 1,
    partition: 'dt=2026-11-21/hour=12',
    claims: [
      {
        key,
        fragments: fragments.map((fragment) => fragment.hash),
        claimedAtMs: world.clock.now() + 30 * SECOND,
        firstSeq: 0,
        lineCount: 1,
      },
    ],
    version: 1,
  };
  expect(await world.buffer.record(traceId, decision)).toBe('recorded');
  return { decision, fragments: fragments.map((fragment) => fragment.payload) };
}
