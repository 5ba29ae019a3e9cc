/** What the archive has written, compaction reads: an object with a line that it refuses would stay JSON for ever. */
import { describe, expect, it } from 'vitest';
import { lineRows } from '../../../lib/archive/compaction/line-rows.ts';
import { archiveLines } from '../../../lib/archive/line.ts';
import { UnreadableError } from '../../../lib/archive/read-line.ts';
import { traceOf } from '../../support/build-trace.ts';

const COLUMNS = { policy: 'all', adjustedCount: 1, decidedAtMs: 1_700_000_000_000, firstSeq: 0 };

/** The attributes of the span in the row of a line. */
function attributesIn(line: Uint8Array): unknown {
  const [span] = lineRows(line).filter(({ record }) => record === 'span');
  return span?.['attributes'];
}

describe('compaction reads the lines of the archive', () => {
  it.each<[string, Record<string, string | number>]>([
    ['-0', { zero: -0 }],
    ['-0 beside texts that look like one', { zero: -0, a: '[-0,-0.0]', b: ':-0,', c: ',-0.0}', d: '\u0000-0.0' }],
    ['texts that look like -0', { a: '[-0,-0.0]' }],
    ['numbers with an exponent', { small: 5e-324, large: 1e300 }],
  ])('with %s', (_, attributes) => {
    const [line = new Uint8Array()] = archiveLines(traceOf({ attributes }), COLUMNS);
    const texts = Object.entries(attributes).map(([key, value]) => ({
      key,
      value: Object.is(value, -0) ? '-0.0' : String(value),
    }));
    expect(attributesIn(line.subarray(0, -1))).toEqual(texts);
  });

  it('and refuses -0 in any other spelling, which engines would show in their own ways', () => {
    const [line = new Uint8Array()] = archiveLines(traceOf({ attributes: { zero: -0 } }), COLUMNS);
    const text = new TextDecoder().decode(line.subarray(0, -1));
    const read = (spelling: string) => attributesIn(new TextEncoder().encode(text.replace('-0.0', spelling)));
    expect(read('-0.0')).toEqual([{ key: 'zero', value: '-0.0' }]);
    for (const other of ['-0', '-0.00', '-0e0', '0.0']) expect(() => read(other)).toThrow(UnreadableError);
  });
});
