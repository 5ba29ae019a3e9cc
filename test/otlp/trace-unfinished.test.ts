import { describe, expect, it } from 'vitest';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { buildTrace, type SpanSpec, TRACE_ID, traceOf } from '../support/build-trace.ts';
import { field } from '../support/wire-bytes.ts';

const ID = '00000000000000a1';
const STARTED: SpanSpec = { spanId: ID, name: 'job', kind: 1, startMs: 5, endTimeUnixNano: 0n };
const ENDED: SpanSpec = { spanId: ID, name: 'job', kind: 1, startMs: 5, endMs: 9 };
/** Tags of the two times, which are fixed64. */
const START_TIME = 0x39;
const END_TIME = 0x41;

describe('Trace.withoutUnfinishedCopies', () => {
  it.each([
    { when: 'the finished one came later', spans: [STARTED, ENDED], ends: [9] },
    { when: 'the finished one came first', spans: [ENDED, STARTED], ends: [9] },
    {
      when: 'there are several',
      spans: [STARTED, { ...STARTED, attributes: { done: 1n } }, ENDED, { ...STARTED, attributes: { done: 2n } }],
      ends: [9],
    },
    {
      when: 'several are finished, which all stay',
      spans: [ENDED, STARTED, { ...ENDED, endMs: 12, status: 'ERROR' as const }],
      ends: [9, 12],
    },
    {
      when: 'neither has a start',
      spans: [
        { ...STARTED, startTimeUnixNano: 0n },
        { ...ENDED, startTimeUnixNano: 0n },
      ],
      ends: [9],
    },
  ])('leaves out an unfinished copy when $when', ({ spans, ends }) => {
    expect(endsOf(traceOf(...spans).withoutUnfinishedCopies())).toEqual(ends);
  });

  it('does so across resources and fragments, and leaves no empty resource', () => {
    const trace = buildTrace([
      [{ resource: { 'service.name': 'early' }, spans: [STARTED] }],
      [{ resource: { 'service.name': 'late' }, spans: [ENDED] }],
    ]).withoutUnfinishedCopies();
    expect(endsOf(trace)).toEqual([9]);
    expect(trace.resourceSpans.map((view) => [view.fragment, view.attribute('service.name')])).toEqual([[1, 'late']]);
  });

  it.each([
    { when: 'nothing is finished', spans: [STARTED, { ...STARTED, attributes: { done: 1n } }] },
    { when: 'the finished one has another ID', spans: [STARTED, { ...ENDED, spanId: '00000000000000a2' }] },
    { when: 'it has another kind', spans: [STARTED, { ...ENDED, kind: 2 }] },
    { when: 'it has another name', spans: [STARTED, { ...ENDED, name: 'other' }] },
    { when: 'it has another start', spans: [STARTED, { ...ENDED, startMs: 6 }] },
    {
      when: 'client and server share an ID',
      spans: [
        { ...ENDED, kind: 3 },
        { ...ENDED, kind: 2, startMs: 6 },
      ],
    },
  ])('leaves all as they are when $when', ({ spans }) => {
    const trace = traceOf(...spans);
    expect(trace.withoutUnfinishedCopies()).toBe(trace);
    expect(trace.spanCount).toBe(2);
  });

  it('takes times of 0 that are written out for none', () => {
    const zero = (tag: number) => [tag, 0, 0, 0, 0, 0, 0, 0, 0];
    const identity = [...field(2, 'ID-one--'), ...field(5, 'job')];
    const started = field(2, identity, zero(START_TIME), zero(END_TIME));
    const ended = field(2, identity, [END_TIME, 9, 0, 0, 0, 0, 0, 0, 0]);
    const trace = Trace.fromFragments(TRACE_ID, [Uint8Array.from(field(1, field(2, started, ended)))]);
    expect([trace.isFinished(0), trace.isFinished(1)]).toEqual([false, true]);
    expect(endsInNanos(trace.withoutUnfinishedCopies())).toEqual([9n]);
  });

  it('takes a span that says nothing of its end for unfinished', () => {
    const identity = [...field(2, 'ID-one--'), ...field(5, 'job')];
    const [silent, ended] = [field(2, identity), field(2, identity, [END_TIME, 9, 0, 0, 0, 0, 0, 0, 0])];
    const trace = Trace.fromFragments(TRACE_ID, [Uint8Array.from(field(1, field(2, silent, ended)))]);
    expect([trace.isFinished(0), trace.isFinished(1)]).toEqual([false, true]);
    expect(trace.withoutUnfinishedCopies().spanCount).toBe(1);
  });
});

/** In milliseconds after the epoch of the builder; 0 for none. */
function endsOf(trace: Trace): number[] {
  return endsInNanos(trace).map((end) => Number(end / 1_000_000n) % 1_000_000);
}

function endsInNanos(trace: Trace): bigint[] {
  return Array.from({ length: trace.spanCount }, (_, i) => trace.endTimeUnixNano(i));
}
