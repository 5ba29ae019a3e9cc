import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../../lib/sampling/config/read-duration.ts';

describe('parseGoDuration', () => {
  // The forms of the tests of Go's time.ParseDuration, worked out by hand.
  it.each([
    { text: '0', ms: 0 },
    { text: '5s', ms: 5000 },
    { text: '+5s', ms: 5000 },
    { text: '-5s', ms: -5000 },
    { text: '1478s', ms: 1_478_000 },
    { text: '5.6s', ms: 5600 },
    { text: '5.s', ms: 5000 },
    { text: '.5s', ms: 500 },
    { text: '1.001s', ms: 1001 },
    { text: '12us', ms: 0.012 },
    { text: '12µs', ms: 0.012 },
    { text: '12μs', ms: 0.012 },
    { text: '14ms', ms: 14 },
    { text: '1h30m', ms: 5_400_000 },
    { text: '3h30m', ms: 12_600_000 },
    { text: '10.5s4m', ms: 250_500 },
    { text: '1h2m3s4ms5us6ns', ms: 3_723_004.005006 },
  ])('reads $text as $ms ms', ({ text, ms }) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  it.each(['', '3', '-', 's', '.', '-.', '.s', '+.s', '1d', '1 s', '5s ', '1e3s', '10 minutes', '1h30'])(
    'does not take "%s" for a duration',
    (text) => {
      expect(parseGoDuration(text)).toBeUndefined();
    },
  );
});
