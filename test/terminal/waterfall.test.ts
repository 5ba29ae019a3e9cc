import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../lib/terminal/show.ts';
import { displayWidth } from '../../lib/terminal/table.ts';
import { type DrawnSpan, type DrawnTrace, drawWaterfall } from '../../lib/terminal/waterfall.ts';
import { PLAIN } from '../support/recording-terminal.ts';

const span = (depth: number, offsetMs: number, durationMs: number, fields: Partial<DrawnSpan> = {}): DrawnSpan => ({
  service: 'gateway',
  name: 'POST',
  depth,
  offsetMs,
  durationMs,
  isError: false,
  ...fields,
});
const trace = (spans: readonly DrawnSpan[], cause?: string): DrawnTrace => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  title: 'gateway POST /checkout',
  fate: 'kept by errors',
  spans,
  cause,
});

describe('drawWaterfall', () => {
  it('draws each span on the time axis below its parent, and marks errors', () => {
    const spans = [
      span(0, 0, 100, { name: 'POST /checkout', isError: true }),
      span(1, 25, 50, { name: 'POST /charges', service: 'payment', isError: true }),
      span(2, 50, 0, { name: 'INSERT', service: 'payment' }),
      span(0, 75, 25, { name: 'lost', service: 'cart' }),
    ];
    // 80 columns: 17 service, 14 name, 35 bar, 11 duration and three gaps; a quarter of the bar is 8.75 columns.
    expect(drawWaterfall(trace(spans, 'payment: no answer'), 80, PLAIN).split('\n')).toEqual([
      'gateway POST /checkout  100.0 ms, 4 spans, kept by errors',
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      `gateway           POST /checkout ${'█'.repeat(35)}  100.0 ms ✗`,
      `payment            POST /charges ${'·'.repeat(8)}${'█'.repeat(18)}${'·'.repeat(9)}   50.0 ms ✗`,
      `payment             INSERT       ${'·'.repeat(17)}█${'·'.repeat(17)}    0.0 ms`,
      `cart              lost           ${'·'.repeat(26)}${'█'.repeat(9)}   25.0 ms`,
      '✗ payment: no answer',
      '',
    ]);
  });

  it.each([80, 100, 120])('fits %i columns, whatever the names are', (width) => {
    const spans = Array.from({ length: 30 }, (_, index) =>
      span(index, index, 40, { name: '支付\u001b[31m'.repeat(index), service: 'a-service-with-a-very-long-name' }),
    );
    for (const line of drawWaterfall(trace(spans), width, PLAIN).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(line).not.toContain('\u001b');
    }
  });

  it('draws a trace that took no time', () => {
    expect(drawWaterfall(trace([span(0, 0, 0), span(1, 0, 0)]), 80, PLAIN).match(/█·+ +0\.0 ms$/gm)).toHaveLength(2);
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
