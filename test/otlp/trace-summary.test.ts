import { describe, expect, it } from 'vitest';
import { summarize } from '../../lib/otlp/trace/summary.ts';
import { buildTrace, traceOf } from '../support/build-trace.ts';

const CHILD = { parentSpanId: '00000000000000aa' };

describe('summarize', () => {
  it('spans from the earliest start to the latest end, whatever is in between', () => {
    // 1.7e18 ns is 1,700,000,000,000 ms, the epoch of the builder.
    const trace = traceOf(
      { startMs: 500, endMs: 700 },
      { startMs: 100, endMs: 300.25 },
      { startMs: 650, endMs: 1000.5 },
    );
    expect(summarize(trace)).toMatchObject({
      startTimeUnixNano: 1_700_000_000_100_000_000n,
      endTimeUnixNano: 1_700_000_001_000_500_000n,
      durationMs: 900.5,
    });
  });

  it.each([
    { when: 'no span has a start', spans: [{ startTimeUnixNano: 0n, endMs: 5 }], durationMs: null },
    { when: 'no span has an end', spans: [{ startMs: 5, endTimeUnixNano: 0n }], durationMs: null },
    { when: 'it has no length', spans: [{ startMs: 5, endMs: 5 }], durationMs: 0 },
    { when: 'the clock ran backwards', spans: [{ startMs: 5, endMs: 3 }], durationMs: 0 },
    {
      when: 'one span has no times',
      spans: [
        { startTimeUnixNano: 0n, endTimeUnixNano: 0n },
        { startMs: 5, endMs: 8 },
      ],
      durationMs: 3,
    },
  ])('has a duration of $durationMs ms when $when', ({ spans, durationMs }) => {
    expect(summarize(traceOf(...spans)).durationMs).toBe(durationMs);
  });

  it.each([
    {
      when: 'a span is without a parent',
      spans: [
        { ...CHILD, startMs: 1 },
        { name: 'root', startMs: 2 },
      ],
    },
    {
      when: 'its parent ID is all zero',
      spans: [
        { ...CHILD, startMs: 1 },
        { name: 'root', startMs: 2, parentSpanId: '0000000000000000' },
      ],
    },
    { when: 'it is the earlier of two', spans: [{ startMs: 3 }, { name: 'root', startMs: 2 }] },
    {
      when: 'both are equally early: the finished one',
      spans: [
        { spanId: '00000000000000a1', startMs: 2, endTimeUnixNano: 0n },
        { spanId: '00000000000000a2', startMs: 2, endMs: 3, name: 'root' },
      ],
    },
    {
      when: 'both are equally early: the smaller span ID',
      spans: [
        { spanId: '00000000000000b1', startMs: 2 },
        { spanId: '00000000000000a1', startMs: 2, name: 'root' },
      ],
    },
    {
      when: 'both are copies: the smaller name',
      spans: [
        { spanId: '00000000000000a1', startMs: 2, name: 'toor' },
        { spanId: '00000000000000a1', startMs: 2, name: 'root' },
      ],
    },
    { when: 'the other has no start', spans: [{ startTimeUnixNano: 0n }, { name: 'root', startMs: 2 }] },
    {
      when: 'there is none: the earliest',
      spans: [
        { ...CHILD, startMs: 9 },
        { ...CHILD, name: 'root', startMs: 2 },
      ],
    },
  ])('takes as the root, when $when', ({ spans }) => {
    expect(summarize(traceOf(...spans)).rootName).toBe('root');
    expect(summarize(traceOf(...[...spans].reverse())).rootName).toBe('root');
  });

  it('takes the smaller service where copies of the root differ in nothing else', () => {
    const copy = (service: string) => ({
      resource: { 'service.name': service },
      spans: [{ spanId: '00000000000000a1' }],
    });
    expect(summarize(buildTrace([[copy('b'), copy('a')]])).rootService).toBe('a');
    expect(summarize(buildTrace([[copy('a'), copy('b')]])).rootService).toBe('a');
  });

  it('names the service of the root and all services, sorted', () => {
    const resource = (name: string) => ({ 'service.name': name });
    const trace = buildTrace([
      [
        { resource: resource('cart'), spans: [CHILD] },
        { resource: {}, spans: [CHILD] },
        { resource: resource('gateway'), spans: [{ name: 'GET /' }] },
      ],
      [
        { resource: resource('cart'), spans: [CHILD] },
        { resource: { 'service.name': 7n }, spans: [CHILD] },
        { resource: resource('auth'), spans: [CHILD] },
      ],
    ]);
    expect(summarize(trace)).toMatchObject({
      rootService: 'gateway',
      rootName: 'GET /',
      services: ['auth', 'cart', 'gateway'],
    });
  });

  it('leaves the service of the root empty when its resource has none', () => {
    expect(summarize(traceOf({ name: 'root' }))).toMatchObject({ rootService: '', services: [] });
  });

  it('is in error when any span is, and counts them', () => {
    const spans = [{ status: 'OK' }, { ...CHILD, status: 'ERROR' }, { status: 'UNSET' }, { status: 'ERROR' }] as const;
    expect(summarize(traceOf(...spans))).toMatchObject({ status: 'ERROR', errorCount: 2 });
    expect(summarize(traceOf({ status: 'OK' }, { status: 'UNSET' }))).toMatchObject({ status: 'OK', errorCount: 0 });
  });
});
