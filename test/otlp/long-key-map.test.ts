import { describe, expect, it } from 'vitest';
import { mapFor } from '../../lib/otlp/content-table.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { field } from '../support/wire-bytes.ts';

const PREFIX = 'x'.repeat(16_384);
const LONG = [`${PREFIX}a`, `${PREFIX}b`, PREFIX];

/** With every kind of key, in this order. */
function filled(): Map<string, number> {
  let map = new Map<string, number>();
  for (const [i, key] of ['short', ...LONG, 'last', '', `${PREFIX}a`].entries()) {
    map = mapFor(map, key);
    if (!map.has(key)) map.set(key, i);
  }
  return map;
}

describe('mapFor', () => {
  it('leaves a map with short keys as it is', () => {
    const map = new Map([['a', 1]]);
    expect(mapFor(map, 'b')).toBe(map);
    expect(mapFor(map, 'x'.repeat(16_383))).toBe(map);
  });

  it('gives a map that is like any other', () => {
    const map = filled();
    const expected = new Map(['short', ...LONG, 'last', ''].map((key, i) => [key, i]));
    expect(map).toBeInstanceOf(Map);
    expect([...map]).toEqual([...expected]);
    expect([...map.entries()]).toEqual([...expected]);
    expect([...map.keys()]).toEqual([...expected.keys()]);
    expect([...map.values()]).toEqual([...expected.values()]);
    expect(map.size).toBe(expected.size);
    const visited: [string, number][] = [];
    map.forEach((value, key) => {
      visited.push([key, value]);
    });
    expect(visited).toEqual([...expected]);
    for (const key of expected.keys()) expect([map.has(key), map.get(key)]).toEqual([true, expected.get(key)]);
    for (const key of [`${PREFIX}c`, `${PREFIX}${PREFIX}`, 'other']) {
      expect([map.has(key), map.get(key)]).toEqual([false, undefined]);
    }
    expect([map.delete(`${PREFIX}b`), map.delete(`${PREFIX}b`), map.has(`${PREFIX}b`)]).toEqual([true, false, false]);
    expect(map.size).toBe(expected.size - 1);
  });

  it('keeps what V8 cannot hash out of the map below', () => {
    for (const key of Map.prototype.keys.call(filled())) expect(key.length).toBeLessThan(100);
  });
});

it('Maps of attributes and of key-value lists with long keys are such maps', () => {
  const pairs = LONG.map((key) => [...field(1, key), ...field(2, field(1, 'v'))]);
  const list = field(2, field(6, ...pairs.map((pair) => field(1, pair))));
  const span = field(2, field(2, 'ID-one--'), ...pairs.map((pair) => field(9, pair)), field(9, field(1, 'k'), list));
  const trace = Trace.fromFragments('ab'.repeat(16), [Uint8Array.from(field(1, field(2, span)))]);
  const attributes = trace.spanMessage(0).attributes(9);
  expect([...attributes.keys()]).toEqual([...LONG, 'k']);
  for (const map of [attributes, trace.attribute(0, 'k')]) {
    if (!(map instanceof Map)) throw new Error('not a map');
    expect(map.get(`${PREFIX}b`)).toBe('v');
    for (const key of Map.prototype.keys.call(map)) expect(key.length).toBeLessThan(100);
  }
});
