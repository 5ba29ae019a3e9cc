import { describe, expect, it } from 'vitest';
import { layersOf } from '../../page/map/layers.ts';
import { redByName } from '../../page/red/red-by-name.ts';
import { colorOf, formatAge, formatDuration, formatShare, millisOf } from '../../page/shared/format.ts';
import { segmentsOf } from '../../page/shared/segments.ts';
import { traceIdIn } from '../../page/shared/trace-id.ts';
import { changesInMs, dueIn, type Explained, fateWords } from '../../page/trace/fate.ts';

describe('the layers of the service map', () => {
  const edges = (...arrows: string[]) => arrows.map((arrow) => ({ parent: arrow[0] ?? '', child: arrow[1] ?? '' }));

  it('have each service right of those that call it', () => {
    expect(layersOf(['a', 'b', 'c', 'd'], edges('ab', 'ac', 'bd', 'cd', 'ad'))).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('have every service once where calls go in a circle, and where a service calls itself', () => {
    expect(
      layersOf(['a', 'b', 'c'], edges('ab', 'bc', 'ca', 'aa'))
        .flat()
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });
});

describe('what the page writes', () => {
  it.each([
    [0, '0 ms'],
    [0.000_25, '250 ns'],
    [0.34, '340 µs'],
    [12.345, '12.3 ms'],
    [999.9, '1000 ms'],
    [1500, '1.5 s'],
    [125_000, '2 min 5 s'],
    [11_220_000, '3 h 7 min'],
    [9_223_372_036_854, '106,752 d 0 h'],
    [-1.5, '−1.5 ms'],
    [null, '–'],
  ])('writes %s ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    ['/', []],
    ['/traces/%', ['traces', '%']],
    ['/traces/a%20b/', ['traces', 'a b']],
    ['/%zz/%e0%a4%a', ['%zz', '%e0%a4%a']],
  ])('reads the path %s', (path, segments) => {
    expect(segmentsOf(path)).toEqual(segments);
  });

  it('writes ages and shares', () => {
    expect([5, 90, 7200, 200_000].map((seconds) => formatAge(0, seconds * 1000))).toEqual([
      '5 s ago',
      '1 min ago',
      '2 h ago',
      '2 d ago',
    ]);
    expect([formatShare(1, 8), formatShare(0, 0)]).toEqual(['12.5 %', '–']);
  });

  it('keeps microseconds of times', () => {
    expect(millisOf('1795262400123456789')).toBe(1_795_262_400_123.456);
    expect(millisOf('0')).toBeNull();
  });

  it('gives a service one of twelve colours, always the same', () => {
    expect(colorOf('cart')).toBe(colorOf('cart'));
    expect(colorOf('cart')).toMatch(/^color-(?:\d|1[01])$/);
  });
});

it('RED over the window adds up requests and takes the median of the quantiles', () => {
  const point = (service: string, estimatedRequests: number, p95Ms: number | null) => ({
    startMs: 0,
    service,
    operation: null,
    keptRequests: 1,
    keptErrors: 0,
    estimatedRequests,
    estimatedErrors: 1,
    p50Ms: null,
    p95Ms,
    p99Ms: null,
    unknownWeight: 0,
  });
  expect(
    redByName([point('a', 2, 10), point('b', 9, 5), point('a', 3, 30), point('a', 1, 20), point('a', 0, null)]),
  ).toEqual([
    { service: 'b', operation: null, requests: 9, errors: 1, p50Ms: null, p95Ms: 5, p99Ms: null },
    { service: 'a', operation: null, requests: 6, errors: 4, p50Ms: null, p95Ms: 20, p99Ms: null },
  ]);
});

describe('the ID in what was pasted', () => {
  const ID = '4bf92f3577b34da6a3ce929d0e0e4736';

  it.each([
    ID,
    ` ${ID.toUpperCase()} `,
    `0x${ID}`,
    `00-${ID}-00f067aa0ba902b7-01`,
    `traceparent: 00-${ID}-00f067aa0ba902b7-01`,
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
    '1-4bf92f35-77b34da6a3ce929d0e0e4736',
    'X-Amzn-Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=53995c3f42cd8ad8;Sampled=1',
    `{"level":"error","trace_id":"${ID}","msg":"no money"}`,
  ])('is found: %s', (text) => {
    expect(traceIdIn(text)).toBe(ID);
  });

  it.each(['4bf9', `${ID}0`, 'cart', ''])('is left to the server: %s', (text) => {
    expect(traceIdIn(` ${text}`)).toBe(text);
  });
});

describe('what became of a trace', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString();
  const explained = (members: Partial<Explained>): Explained => ({
    trace_id: 'a'.repeat(32),
    as_of: at(0),
    state: 'unknown',
    arrivals: [],
    dead_letters: [],
    has_more_dead_letters: false,
    ...members,
  });

  it('has words for each state', () => {
    const states = [
      'unknown',
      'waiting',
      'overdue',
      'not_sampled',
      'dropped',
      'kept',
      'dead_lettered',
      'too_large',
      'expired',
    ] as const;
    const tags = states.map((state) => fateWords(explained({ state })).tag);
    expect(new Set(tags).size).toBe(states.length);
    expect(fateWords(explained({ state: 'dead_lettered', reason: 'the table is gone' }))).toMatchObject({
      headline: 'Deciding it was given up: the table is gone',
      command: 'tailgate redrive',
    });
  });

  it('is asked for again when it may have changed, and not otherwise', () => {
    const inMs = (members: Partial<Explained>) => changesInMs(explained(members));
    expect(inMs({ state: 'waiting', due_at: at(5) })).toBe(5000);
    expect(inMs({ state: 'waiting', due_at: at(1) })).toBe(2000);
    expect(inMs({ state: 'waiting', due_at: at(3600) })).toBe(15_000);
    // Its wake-up is late, or there is none.
    expect(inMs({ state: 'overdue', due_at: at(-5) })).toBe(2000);
    expect(inMs({ state: 'overdue', due_at: at(-3600) })).toBeUndefined();
    expect(inMs({ state: 'not_sampled', due_at: at(8) })).toBe(8000);
    expect(inMs({ state: 'not_sampled' })).toBeUndefined();
    expect(inMs({ state: 'kept', objects: [{ key: 'k', state: 'pending' }] })).toBe(2000);
    expect(inMs({ state: 'kept', objects: [{ key: 'k', state: 'written' }] })).toBeUndefined();
    expect(inMs({ state: 'unknown' })).toBeUndefined();
  });

  it('is due by the clock of the server', () => {
    const waiting = explained({ state: 'waiting', due_at: at(30) });
    expect([0, 12_400, 29_999, 30_000, 90_000].map((ms) => dueIn(waiting, ms))).toEqual([
      'in 30 s',
      'in 18 s',
      'in 1 s',
      'now',
      'now',
    ]);
  });
});
