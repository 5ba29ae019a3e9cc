import { describe, expect, it } from 'vitest';
import { traceKey } from '../../../lib/sampling/dynamic/trace-key.ts';
import { type AttributeSpec, buildTrace, traceOf } from '../../support/build-trace.ts';

function keyOf(...values: readonly AttributeSpec[]): string {
  return traceKey(traceOf({}, ...values.map((value) => ({ attributes: { route: value } }))), ['route']);
}

describe('traceKey', () => {
  it('is 8 hex digits, the same for every decider', () => {
    // FNV-1a 64 of [["\"/a\""]], its halves combined by exclusive or, computed with another program.
    expect(keyOf('/a')).toBe('21ebfb5c');
  });

  it('does not depend on the order or the number of spans', () => {
    expect(keyOf('/a', '/b', '/a')).toBe(keyOf('/b', '/a'));
  });

  it('depends on every value', () => {
    const keys = [keyOf(), keyOf('/a'), keyOf('/b'), keyOf('/a', '/b'), keyOf('/a,/b'), keyOf('')];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells values of different types apart, but not an integer from the same double', () => {
    const keys = [
      keyOf('200'),
      keyOf(200n),
      keyOf(true),
      keyOf('true'),
      keyOf(null),
      keyOf(['a', 'b']),
      keyOf(['a,b']),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(200)).toBe(keyOf(200n));
  });

  it('tells which attribute has a value', () => {
    const trace = (name: string) => traceOf({ attributes: { [name]: 'x' } });
    expect(traceKey(trace('a'), ['a', 'b'])).not.toBe(traceKey(trace('b'), ['a', 'b']));
  });

  it('looks at resources and spans', () => {
    const trace = buildTrace([[{ resource: { route: '/a' }, spans: [{}] }]]);
    expect(traceKey(trace, ['route'])).toBe(keyOf('/a'));
  });

  it('takes the first hundred values in order', () => {
    const values = Array.from({ length: 150 }, (_, i) => String(1000 + i));
    expect(keyOf(...values)).toBe(keyOf(...values.slice(0, 100)));
    expect(keyOf(...values.toReversed())).toBe(keyOf(...values.slice(0, 100)));
    expect(keyOf(...values.slice(0, 99))).not.toBe(keyOf(...values));
  });
});
