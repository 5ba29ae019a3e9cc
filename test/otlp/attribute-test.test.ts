import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AttributeTest } from '../../lib/otlp/protobuf/attribute-test.ts';
import type { AttributeValue } from '../../lib/otlp/protobuf/attributes.ts';
import { findAttribute } from '../../lib/otlp/protobuf/find-attribute.ts';
import { viewOf } from '../../lib/otlp/protobuf/wire-values.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { Span } = opentelemetry.proto.trace.v1;
const ATTRIBUTES = 9;
type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;

function spanWith(attributes: readonly { key: string; value: AnyValue }[]): Uint8Array {
  return Span.encode({ attributes: [...attributes] }).finish();
}

function answerOf(tested: AttributeTest, bytes: Uint8Array): boolean | undefined {
  return tested.answer(bytes, viewOf(bytes), 0, bytes.length, ATTRIBUTES);
}

/** Counts the values that it sees. */
function counting(key: string, passes: (value: AttributeValue) => boolean) {
  const seen: AttributeValue[] = [];
  const tested = new AttributeTest(key, (value) => {
    seen.push(value);
    return passes(value);
  });
  return { tested, seen };
}

describe('AttributeTest', () => {
  const key = fc.constantFrom('route', 'rouge', 'ключ', '');
  const value: fc.Arbitrary<AnyValue> = fc.oneof(
    // Few lengths and few characters, so that values come again and hashes collide.
    fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 8 }).map((stringValue) => ({ stringValue })),
    fc.integer({ min: 0, max: 140 }).map((length) => ({ stringValue: 'x'.repeat(length) })),
    fc.integer({ min: 0 }).map((intValue) => ({ intValue })),
    fc.double().map((doubleValue) => ({ doubleValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.constant({}),
  );
  const passes = (found: AttributeValue) => String(found).length % 3 === 1 || String(found).includes('bb');

  test('answers as if it decoded each value', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(fc.array(fc.record({ key, value }), { maxLength: 4 }), { maxLength: 40 }),
        (k, spans) => {
          const tested = new AttributeTest(k, passes);
          for (const attributes of spans) {
            const bytes = spanWith(attributes);
            const found = findAttribute(bytes, viewOf(bytes), 0, bytes.length, ATTRIBUTES, k);
            expect(answerOf(tested, bytes)).toBe(found === undefined ? undefined : passes(found));
          }
        },
      ),
    );
  });

  test('decodes a value that comes again only once', () => {
    const { tested, seen } = counting('route', (found) => found === '/api/cart');
    const routes = ['/api/cart', '/api/orders', '/api/orders/{id}', '/api/carts'];
    for (let round = 0; round < 100; round++) {
      for (const route of routes) {
        const bytes = spanWith([{ key: 'route', value: { stringValue: route } }]);
        expect(answerOf(tested, bytes)).toBe(route === '/api/cart');
      }
    }
    expect(seen).toEqual(routes);
  });

  test('is right for more values than it remembers, in any order', () => {
    const tested = new AttributeTest('route', (found) => String(found).endsWith('7'));
    for (let i = 0; i < 5000; i++) {
      const n = (i * 7919) % 1000;
      const bytes = spanWith([{ key: 'route', value: { stringValue: `/api/orders/${n}` } }]);
      expect(answerOf(tested, bytes)).toBe(n % 10 === 7);
    }
  });

  test('takes the first of several attributes with the key, also when it does not pass', () => {
    const tested = new AttributeTest('route', (found) => found === 'second');
    const [first, second] = ['first', 'second'].map((stringValue) => ({ key: 'route', value: { stringValue } }));
    if (first === undefined || second === undefined) throw new Error('two');
    expect(answerOf(tested, spanWith([first, second]))).toBe(false);
    expect(answerOf(tested, spanWith([second, first]))).toBe(true);
    expect(answerOf(tested, spanWith([]))).toBeUndefined();
  });
});
