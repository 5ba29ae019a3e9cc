/** Values on which a pattern, or the search of the engine, looks at each character from each other one: hours for these. */
import { describe, expect, it } from 'vitest';
import { parseW3cTraceState } from '../../lib/otlp/w3c-trace-state.ts';
import { findText, splitText, trimSpace } from '../../lib/ottl/go/strings.ts';
import { traceOf } from '../support/build-trace.ts';
import { policyOf } from '../support/sampling-config.ts';

const LONG = 2_000_000;
const blanks = ' '.repeat(LONG);

function holds(condition: string, v: string): boolean {
  const options = { error_mode: 'ignore', span: [condition] };
  return (
    policyOf({ type: 'ottl_condition', ottl_condition: options }).evaluate(traceOf({ attributes: { v } })).vote ===
    'sampled'
  );
}

describe('a long run of the same character', () => {
  it('is no member of a tracestate', () => {
    expect(parseW3cTraceState(`a=1${blanks}b`)).toBeUndefined();
    expect(parseW3cTraceState(`${blanks}a=1${blanks}`)).toEqual(new Map([['a', '1']]));
  });

  it('is trimmed at the ends only', () => {
    expect(trimSpace(`a${blanks}b`)).toHaveLength(LONG + 2);
    expect(trimSpace(`${blanks}a${blanks}`)).toBe('a');
  });

  it.each([
    ['Double(attributes["v"]) > 0', `${'1'.repeat(LONG)}x`],
    ['Duration(attributes["v"]) > Duration("1s")', `${'1'.repeat(LONG)}x`],
    ['Duration(attributes["v"]) > Duration("1s")', `${'1'.repeat(LONG)}s`],
    ['ParseKeyValue(attributes["v"])["a"] == "1"', `a="1${blanks}2"`],
    [
      'Index(attributes["v"], Substring(attributes["v"], 1000000, 1000000)) == 0',
      `${'a'.repeat(LONG - 500_000)}b${'a'.repeat(500_000)}`,
    ],
    [
      'ParseSimplifiedXML(attributes["v"])["b"] == "x"',
      `<a ${Array.from({ length: 20_000 }, (_, i) => `xmlns:n${i}="u"`).join(' ')}>${'<b/>'.repeat(20_000)}</a>`,
    ],
    [
      'ParseSimplifiedXML(attributes["v"])["b"] == "x"',
      `<a/><?a ${Array.from({ length: 50_000 }, (_, i) => `n${i}=1`).join(' ')}?>`,
    ],
    [
      'ParseSimplifiedXML(attributes["v"])["a"] == "x"',
      `${'<?xml version="1.0" encoding="latin1"?>'.repeat(20_000)}<a>x</a>`,
    ],
  ])('does not hold up %s', (condition, value) => {
    expect(holds(condition, value)).toBe(false);
  });

  it('durations are exact to the nanosecond all the same', () => {
    expect(holds('Duration(attributes["v"]) == Duration("1500ms")', `${'0'.repeat(1000)}1.5${'0'.repeat(1000)}s`)).toBe(
      true,
    );
  });
});

describe('finding a long text', () => {
  const text = `${'a'.repeat(50)}b${'a'.repeat(100)}b${'a'.repeat(100)}`;

  it.each([`${'a'.repeat(60)}b`, `b${'a'.repeat(100)}b`, 'a'.repeat(101), `${'ab'.repeat(40)}`, text])(
    'finds what the engine finds: %s',
    (wanted) => {
      expect(findText(text, wanted)).toBe(text.indexOf(wanted));
      expect(findText(text, wanted, 40)).toBe(text.indexOf(wanted, 40));
      expect(splitText(text, wanted)).toEqual(text.split(wanted));
    },
  );
});
