import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownResources } from '../../lib/read/known-resources.ts';
import type { LineJson } from '../../lib/read/otlp-json.ts';
import { summarizeLines } from '../../lib/read/summary/summarize-lines.ts';

const shop = '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}';
const other =
  '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"n","value":{"intValue":"1"}}]}';
const span = '{"traceId":"","spanId":"00000000000000a1","startTimeUnixNano":"1795262430000000000"}';

function resourceSpans(resource: string): string {
  return `{"resource":${resource},"scopeSpans":[{"spans":[${span}]}]}`;
}

function lineOf(...resources: readonly string[]): string {
  return `{"resourceSpans":[${resources.map(resourceSpans).join()}],"trace_id":"${'a'.repeat(32)}"}`;
}

/** Those that know the resources of these lines. */
function knowing(...resources: readonly string[]): KnownResources {
  const known = new KnownResources();
  known.learn(JSON.parse(lineOf(...resources)) as LineJson);
  return known;
}

function resourcesIn(json: unknown) {
  return (json as LineJson).resourceSpans.map(({ resource }) => resource);
}

describe('a line with resources that are known', () => {
  it('is parsed without them', () => {
    const known = knowing(shop, other);
    const text = lineOf(shop, other, shop, '{}');
    const json = known.parse(text);
    expect(json).toEqual(JSON.parse(text));
    const [first, second, third, fourth] = resourcesIn(json);
    expect(first).toBe(third);
    expect([first, second, fourth].map((one) => one !== undefined && known.has(one))).toEqual([true, true, false]);
  });

  it.each([
    ['a text that looks like one', lineOf(JSON.stringify({ attributes: [{ key: `"resource":${shop}`, value: {} }] }))],
    ['a key that ends like theirs', lineOf(`{"\\"resource":${shop},"a":1}`)],
    ['one in another', lineOf(`{"resource":${shop},"attributes":[]}`, shop)],
    ['one twice', `{"resourceSpans":[{"resource":${shop},"resource":${other}}]}`],
    ['spaces', lineOf(` ${shop}`, shop).replaceAll(',', ' , ')],
    ['the mark, as it is', lineOf(shop, '"\u00800"')],
    ['the mark, escaped', lineOf(shop, '"\\u00800"')],
    ['texts beyond Latin-1', lineOf(shop, '{"a":"\u{1f600}"}')],
    ['no list', `{"resourceSpans":{"resource":${shop}}}`],
    ['nothing in a list', `{"resourceSpans":[null,7,"x",{"resource":${shop}}]}`],
    ['a list alone', `[{"resource":${shop}}]`],
  ])('says the same with %s', (_name, text) => {
    expect(knowing(shop, other).parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    lineOf(shop).slice(0, -1),
    `${lineOf(shop)}x`,
    lineOf(`${shop}x`),
    `{"a"resource":${shop}}`,
    `{"resourceSpans":[{"resource":${shop}"resource":${shop}}]}`,
  ])('is no JSON where it was none: %s', (text) => {
    const message = (parse: () => unknown) => {
      try {
        return { parsed: parse() };
      } catch (error) {
        return String(error);
      }
    };
    expect(message(() => knowing(shop).parse(text))).toEqual(message(() => JSON.parse(text)));
  });

  it('keeps numbers apart that JSON spells in several ways', () => {
    const zero = (spelled: string) => `{"attributes":[{"key":"z","value":{"doubleValue":${spelled}}}]}`;
    const known = knowing(zero('-0'), zero('1.0'));
    for (const spelled of ['0', '-0', '1', '1.0']) {
      expect(known.parse(lineOf(zero(spelled)))).toEqual(JSON.parse(lineOf(zero(spelled))));
    }
  });

  it('says the same whatever is cut from it or put into it', () => {
    const pieces = fc.constantFrom(
      shop,
      other,
      '"resource":',
      '{',
      '}',
      '"',
      '\\',
      ',',
      '[',
      ']',
      '\u0080',
      '0',
      ' ',
      'a',
    );
    const edit = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), put: fc.array(pieces, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
        let text = lineOf(shop, other, shop);
        for (const { at, cut, put } of edits) {
          const begin = at % text.length;
          text = text.slice(0, begin) + put.join('') + text.slice(begin + cut);
        }
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => knowing(shop, other).parse(text)).toThrow(SyntaxError);
          return;
        }
        expect(knowing(shop, other).parse(text)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

it('remembers the last ones alone, and few of each object', () => {
  const numbered = (n: number) => `{"attributes":[{"key":"n","value":{"intValue":"${n}"}}]}`;
  const isKnown = (known: KnownResources, text: string) =>
    resourcesIn(known.parse(lineOf(text))).every((one) => one !== undefined && known.has(one));
  const known = knowing(...Array.from({ length: 100 }, (_, n) => numbered(n)));
  expect([0, 63, 64, 99].map((n) => isKnown(known, numbered(n)))).toEqual([true, true, false, false]);
  known.startObject();
  known.learn(JSON.parse(lineOf(numbered(100))) as LineJson);
  // The last two are those that were just asked for.
  expect([0, 63, 100, 1].map((n) => isKnown(known, numbered(n)))).toEqual([true, true, true, false]);
  const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  expect(isKnown(knowing(deep), deep)).toBe(false);
});

it('makes the same summary with and without what was known before', () => {
  const text = Buffer.from([lineOf(shop, other), lineOf(other, shop), `${lineOf(shop)}x`, lineOf(other)].join('\n'));
  const known = knowing(other);
  const alone = summarizeLines('a', text);
  expect(alone.spanKeys).toEqual([]);
  expect(alone.resourceKeys).toEqual(['service.name', 'n']);
  expect(alone.damage?.lines).toBe(1);
  for (let n = 0; n < 2; n++) expect(summarizeLines('a', text, known)).toEqual(alone);
});
