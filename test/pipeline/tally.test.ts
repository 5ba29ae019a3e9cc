import { describe, expect, it } from 'vitest';
import type { SettledTrace, TraceOutcome } from '../../lib/pipeline/decide/outcome.ts';
import type { Requeued } from '../../lib/pipeline/decide/requeue.ts';
import { type BatchOutcome, type DecideSummary, tally } from '../../lib/pipeline/decide/tally.ts';
import { emptySummary, NO_OUTCOME } from '../support/batch-outcome.ts';
import { exportRequest } from '../support/export-request.ts';
import { World } from './world.ts';

const SECOND = 1_000;

describe('the summary of a batch', () => {
  it('counts the spans of sampled traces without duplicates, and no others', async () => {
    const world = new World();
    const spans = [
      { trace: 'a', span: 'a1', error: true },
      { trace: 'a', span: 'a2', parent: 'a1' },
    ];
    await world.ingest(exportRequest([...spans, { trace: 'b', span: 'b1' }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    await world.drain();
    expect(world.total('sampledSpans')).toBe(2);
    expect(world.archivedSpans()).toHaveLength(2);
  });

  it('counts each vote for a sampled trace, and the credit once', async () => {
    const yaml = `
decision_wait: 30s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 100 } }
`;
    const world = new World({ yaml });
    await world.ingest(
      exportRequest([
        { trace: 'a', span: 'a1', error: true, durationMs: 200 },
        { trace: 'b', span: 'b1', durationMs: 200 },
        { trace: 'c', span: 'c1' },
      ]),
    );
    await world.drain();
    expect(world.summaries.map(({ votes }) => votes)).toEqual([{ errors: 1, slow: 2 }]);
    expect(world.summaries.map(({ byPolicy }) => byPolicy)).toEqual([{ errors: 1, slow: 1 }]);
  });

  it('counts the votes for a trace once, however often it was looked at before', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.drain();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', error: true }]));
    await world.drain();
    expect(world.summaries.map(({ votes }) => votes)).toEqual([{}, { errors: 1 }]);
    expect(world.total('sampledSpans')).toBe(2);
  });

  it('counts late spans, and how long after the decision they came', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    await world.drain();
    world.clock.advance(7 * SECOND);
    const late = ['a2', 'a3'].map((span) => ({ trace: 'a', span, parent: 'a1' }));
    await world.ingest(exportRequest(late));
    await world.drain();
    expect([world.total('lateFragments'), world.total('lateSpans'), world.total('sampledSpans')]).toEqual([1, 2, 1]);
    expect(world.summaries.map(({ lateAgesMs }) => lateAgesMs)).toEqual([[], [7 * SECOND]]);
  });

  it('gives spans that came between the look and the decision the age 0', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(29 * SECOND);
    let isFirst = true;
    await world.ingest(exportRequest([{ trace: 'b', span: 'b1' }]));
    world.clock.advance(SECOND);
    await world.decideOnce({
      step: async (label, when) => {
        if (label !== 'create' || when !== 'before' || !isFirst) return;
        isFirst = false;
        world.clock.advance(-SECOND);
        await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
        world.clock.advance(SECOND);
      },
    });
    await world.drain();
    expect(world.summaries.flatMap(({ lateAgesMs }) => lateAgesMs)).toEqual([0]);
  });

  it('counts the bytes of the lines of every object that it created', async () => {
    const world = new World({ settings: { maxRoundBytes: 500, concurrency: 1 } });
    await world.ingest(exportRequest(['a', 'b', 'c'].map((trace) => ({ trace, span: `${trace}1`, error: true }))));
    await world.drain();
    const bytes = world.archive.allLines().reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    expect([world.total('objects'), world.total('archivedBytes')]).toEqual([3, bytes]);
  });

  it('counts no bytes of an object that it could not create', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: (label, when) => {
        if (label === 'create' && when === 'before') throw new Error('no network');
      },
    });
    expect([world.total('objects'), world.total('archivedBytes'), world.total('sampled')]).toEqual([0, 0, 1]);
    await world.drain();
    expect([world.total('sampled'), world.total('sampledSpans'), world.total('fenced')]).toEqual([1, 1, 1]);
    expect(world.total('archivedBytes')).toBeGreaterThan(0);
  });

  it('tells how long the batch took', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: (label, when) => {
        if (label === 'create' && when === 'after') world.clock.advance(250);
      },
    });
    expect(world.total('durationMs')).toBe(250);
  });

  it('counts a trace as received once when late spans come in the same batch as its earliest fragment', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    const [first, second] = world.queue
      .receive(10)
      .map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    if (first === undefined || second === undefined) throw new Error('there are two wake-ups');
    const decide = world.decider();
    world.summaries.push((await decide([second])).summary);
    await world.ingest(exportRequest([{ trace: 'a', span: 'a3', parent: 'a1' }]));
    world.clock.advance(30 * SECOND);
    const late = world.queue.receive(10).map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    world.summaries.push((await decide([first, ...late])).summary);
    expect([world.total('rescued'), world.total('lateFragments'), world.total('received')]).toEqual([1, 1, 1]);
  });
});

const trace = (outcomes: readonly TraceOutcome[]): SettledTrace => ({ traceId: 't', outcomes, standings: new Map() });
const sampled = (isFirstLook: boolean, policy = 'errors'): TraceOutcome => ({
  kind: 'sampled',
  isFirstLook,
  policy,
  votes: [policy, 'slow'],
  spanCount: 3,
});
const requeued = (kind: Requeued['kind'], sentCount: number): Partial<BatchOutcome> => ({
  requeued: [{ kind, sentCount, failedMessageIds: [] }],
});

describe('the tally of a batch', () => {
  it.each<[string, Partial<BatchOutcome>, Partial<DecideSummary>]>([
    ['nothing', {}, {}],
    [
      'a sampled trace',
      { settled: [trace([sampled(true)])] },
      { received: 1, sampled: 1, sampledSpans: 3, byPolicy: { errors: 1 }, votes: { errors: 1, slow: 1 } },
    ],
    [
      'two sampled traces, one of them at a later look',
      { settled: [trace([sampled(true, 'slow')]), trace([sampled(false)])] },
      {
        received: 1,
        rescued: 1,
        sampled: 2,
        sampledSpans: 6,
        byPolicy: { errors: 1, slow: 1 },
        votes: { errors: 1, slow: 3 },
      },
    ],
    [
      'a first claim that took in what it had missed',
      { settled: [trace([sampled(true), { kind: 'extended', addedSpans: 2 }])] },
      { received: 1, sampled: 1, sampledSpans: 5, byPolicy: { errors: 1 }, votes: { errors: 1, slow: 1 } },
    ],
    [
      'a trace that no policy sampled',
      { settled: [trace([{ kind: 'not_sampled', isFirstLook: true }])] },
      { received: 1, notSampled: 1 },
    ],
    ['the same at a later look', { settled: [trace([{ kind: 'not_sampled', isFirstLook: false }])] }, {}],
    ['a dropped trace', { settled: [trace([{ kind: 'dropped', isFirstLook: true }])] }, { received: 1, dropped: 1 }],
    ['the same at a later look', { settled: [trace([{ kind: 'dropped', isFirstLook: false }])] }, {}],
    ['a trace that another invocation has kept', { settled: [trace([{ kind: 'found_committed' }])] }, { received: 1 }],
    [
      'a trace that is received in two laps',
      { settled: [trace([{ kind: 'found_committed' }, { kind: 'taken_over' }, { kind: 'found_committed' }])] },
      { received: 1, fenced: 1 },
    ],
    [
      'late spans',
      {
        settled: [
          trace([
            {
              kind: 'late',
              fragments: [
                { spanCount: 2, ageMs: 7 },
                { spanCount: 1, ageMs: 0 },
              ],
            },
          ]),
        ],
      },
      { lateFragments: 2, lateSpans: 3, lateAgesMs: [7, 0] },
    ],
    [
      'policies that failed',
      { settled: [trace(['bad', 'bad', 'worse'].map((message) => ({ kind: 'policy_failed', policy: 'p', message })))] },
      { policyErrors: { 'p: bad': 2, 'p: worse': 1 } },
    ],
    [
      'policies that failed with many messages, as where they quote the trace',
      {
        settled: [
          trace(
            Array.from({ length: 1000 }, (_, i) => ({ kind: 'policy_failed', policy: 'p', message: `"${i % 500}"` })),
          ),
        ],
      },
      {
        policyErrors: {
          ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p: "${i}"`, 2])),
          'p: other errors': 960,
        },
      },
    ],
    [
      'a trace that could not be settled',
      { settled: [trace([{ kind: 'failed', message: 'throttled' }])] },
      { failed: 1, failures: [{ traceId: 't', message: 'throttled' }] },
    ],
    [
      'messages that could not be sent',
      {
        requeued: [{ kind: 'early', sentCount: 0, failedMessageIds: ['m'], failure: { traceId: '', message: 'down' } }],
      },
      { failed: 1, failures: [{ traceId: '', message: 'down' }] },
    ],
    ['wake-ups that came early', requeued('early', 2), { hops: 2 }],
    ['fragments in continuations', requeued('continued', 3), { continued: 3 }],
    ['fragments without time', requeued('deferred', 4), { deferred: 4 }],
    ['fragments set aside', requeued('dead_lettered', 5), { deadLettered: 5 }],
    ['fragments that have expired', requeued('expired', 6), { deadLettered: 6, expired: 6 }],
    ['objects', { objectBytes: [10, 20] }, { objects: 2, archivedBytes: 30 }],
    [
      'the batch itself',
      { wakeUpCount: 5, maxLagMs: 6, durationMs: 7, traceCount: 8 },
      { wakeUps: 5, maxLagMs: 6, durationMs: 7, traces: 8 },
    ],
  ])('of %s', (_, batch, counts) => {
    expect(tally({ ...NO_OUTCOME, ...batch })).toEqual({ ...emptySummary(), ...counts });
  });

  it('has only zeros when nothing happened', () => {
    const { byPolicy, votes, policyErrors, lateAgesMs, failures, deadLetters, slowEvaluations, ...counts } =
      emptySummary();
    expect([byPolicy, votes, policyErrors]).toEqual([{}, {}, {}]);
    expect([lateAgesMs, failures, deadLetters, slowEvaluations]).toEqual([[], [], [], []]);
    expect(new Set(Object.values(counts))).toEqual(new Set([0]));
  });

  it('counts all late spans, and reports the ages of 99 fragments', () => {
    const fragments = Array.from({ length: 150 }, () => ({ spanCount: 2, ageMs: 1 }));
    const { lateFragments, lateSpans, lateAgesMs } = tally({
      ...NO_OUTCOME,
      settled: [trace([{ kind: 'late', fragments }])],
    });
    expect([lateFragments, lateSpans, lateAgesMs.length]).toEqual([150, 300, 99]);
  });

  it('counts every failure, and describes ten', () => {
    const outcomes = Array.from({ length: 12 }, () => ({ kind: 'failed', message: 'broken' }) as const);
    const { failed, failures } = tally({ ...NO_OUTCOME, settled: [trace(outcomes)] });
    expect([failed, failures.length]).toEqual([12, 10]);
  });
});
