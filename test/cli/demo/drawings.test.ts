import { describe, expect, it } from 'vitest';
import { causeOf } from '../../../lib/cli/demo/cause-of.ts';
import { renderFunnel } from '../../../lib/cli/demo/funnel.ts';
import { renderFailing, renderSlowest } from '../../../lib/cli/demo/trace-tables.ts';
import { renderWaterfall } from '../../../lib/cli/demo/waterfall.ts';
import { displayWidth } from '../../../lib/terminal/table.ts';
import { formatDuration } from '../../../lib/terminal/waterfall.ts';
import { PLAIN } from '../query/support/plain.ts';
import { kept, span } from './support/kept.ts';

const FAILING = kept({
  policy: 'errors',
  isError: true,
  durationMs: 100,
  spans: [
    span('1', 0, 100, { name: 'POST /checkout', isError: true, exception: 'TimeoutError: no answer' }),
    span('2', 25, 75, {
      name: 'POST /charges',
      service: 'payment',
      parentSpanId: '1',
      isError: true,
      exception: 'TimeoutError: no answer',
    }),
    span('3', 50, 50, { name: 'INSERT', service: 'payment', parentSpanId: '2' }),
    span('4', 75, 100, { name: 'lost', service: 'cart', parentSpanId: 'not here' }),
  ],
});

describe('renderFunnel', () => {
  it('shows what came in, what each policy kept, and the rest', () => {
    const traces = [kept({ policy: 'errors' }), kept({ policy: 'baseline' }), kept({ policy: 'baseline' })];
    expect(renderFunnel({ traces: 1200, spans: 5000, requests: 70, kept: traces }, PLAIN)).toBe(
      [
        'received           1,200 traces    5,000 spans   in 70 export requests',
        'kept                   3 traces        3 spans   0 %',
        `  errors               1 traces        1 spans   ${'█'.repeat(15)}`,
        '  slow                 0 traces        0 spans',
        '  vip-customers        0 traces        0 spans',
        `  baseline             2 traces        2 spans   ${'█'.repeat(30)}`,
        'not sampled        1,197 traces    4,997 spans',
        '',
      ].join('\n'),
    );
  });
});

describe('renderWaterfall', () => {
  it('draws each span on the time axis below its parent, and marks errors', () => {
    // 80 columns: 17 service, 14 name, 35 bar, 11 duration and three gaps; a quarter of the bar is 8.75 columns.
    expect(renderWaterfall(FAILING, 80, PLAIN).split('\n')).toEqual([
      'gateway POST /checkout  100.0 ms, 4 spans, kept by errors',
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      `gateway           POST /checkout ${'█'.repeat(35)}  100.0 ms ✗`,
      `payment            POST /charges ${'·'.repeat(8)}${'█'.repeat(18)}${'·'.repeat(9)}   50.0 ms ✗`,
      `payment             INSERT       ${'·'.repeat(17)}█${'·'.repeat(17)}    0.0 ms`,
      `cart              lost           ${'·'.repeat(26)}${'█'.repeat(9)}   25.0 ms`,
      '✗ payment: TimeoutError: no answer',
      '',
    ]);
  });

  it.each([80, 100, 120])('fits %i columns, whatever the names are', (width) => {
    const spans = Array.from({ length: 30 }, (_, index) =>
      span(String(index), index, 40, {
        parentSpanId: index === 0 ? null : String(index - 1),
        name: '支付\u001b[31m'.repeat(index),
        service: 'a-service-with-a-very-long-name',
      }),
    );
    for (const line of renderWaterfall(kept({ spans }), width, PLAIN).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(line).not.toContain('\u001b');
    }
  });

  it('ends on spans that are their own ancestors, and on a trace that took no time', () => {
    const spans = [span('1', 5, 5), span('2', 5, 5, { parentSpanId: '3' }), span('3', 5, 5, { parentSpanId: '2' })];
    expect(renderWaterfall(kept({ spans }), 80, PLAIN).match(/█ +0\.0 ms$|█·+ +0\.0 ms$/gm)).toHaveLength(3);
  });
});

describe('formatDuration', () => {
  it.each([
    { ms: 0, text: '0.0 ms' },
    { ms: 0.045, text: '45 µs' },
    { ms: 812.4, text: '812.4 ms' },
    { ms: 1270, text: '1.27 s' },
    { ms: 210_000, text: '3.5 min' },
  ])('shows $ms ms as $text', ({ ms, text }) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('the tables', () => {
  it('name the cause where it happened, not where it was handed on', () => {
    expect(causeOf(FAILING)).toBe('payment: TimeoutError: no answer');
    expect(causeOf(kept())).toBe('');
  });

  it('show the slowest first, and only failing traces as failing', () => {
    const traces = [kept({ durationMs: 5 }), kept({ durationMs: 2500, traceId: 'slowest' }), FAILING];
    expect(renderSlowest(traces, 120, PLAIN).split('\n')[2]).toMatch(
      /^slowest +POST \/checkout +2\.50 s +1 +baseline$/,
    );
    const failing = renderFailing(traces, 120, PLAIN).trimEnd().split('\n');
    expect(failing).toHaveLength(3);
    expect(failing[2]).toMatch(/100\.0 ms {2}payment: TimeoutError: no answer$/);
  });
});
