import { describe, expect, it } from 'vitest';
import { addFailure, addLate, emptySummary } from '../../lib/pipeline/decide/summary.ts';
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

  it('gives spans that came between the look and the decision the age 0, and keeps 99 ages', () => {
    const summary = emptySummary();
    const fragments = Array.from({ length: 150 }, (_, index) => ({ spanCount: 2, receivedAtMs: 900 + index }));
    addLate(summary, fragments, 1_000);
    expect([summary.lateFragments, summary.lateSpans, summary.lateAgesMs.length]).toEqual([150, 300, 99]);
    expect(Math.max(...summary.lateAgesMs)).toBe(0);
    addLate(summary, [{ spanCount: 1, receivedAtMs: 5_000 }], 1_000);
    expect(summary.lateAgesMs).toHaveLength(99);
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

  it('counts every failure, and describes ten', () => {
    const summary = emptySummary();
    for (let index = 0; index < 12; index++) addFailure(summary, `${index}`, new Error('broken'));
    expect([summary.failed, summary.failures.length]).toEqual([12, 10]);
  });
});
