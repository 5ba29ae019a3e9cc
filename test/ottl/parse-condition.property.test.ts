import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../lib/ottl/parser/parse-condition.ts';
import type { ComparisonOperator, ConditionNode, MathOperator, ValueNode } from '../../lib/ottl/parser/syntax-tree.ts';
import { printCondition } from './print-condition.ts';

const at = 0;
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/).filter((text) => !KEYWORDS.includes(text));
const converter = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,6}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const KEYWORDS = ['nil', 'true', 'false', 'and', 'or', 'not'];

const { number, value } = fc.letrec<{ number: ValueNode; value: ValueNode }>((tie) => {
  const keys = fc.array(
    fc.oneof(
      text.map((value) => ({ kind: 'string' as const, value, at })),
      tie('number'),
    ),
    { maxLength: 2 },
  );
  const values = fc.array(tie('value'), { maxLength: 3 });
  const field = fc.record({ name, keys, at: fc.constant(at) });
  const number: fc.Arbitrary<ValueNode> = fc.oneof(
    { maxDepth: 3 },
    fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map((value) => ({ kind: 'int' as const, value, at })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ kind: 'float' as const, value, at })),
    fc.array(field, { minLength: 1, maxLength: 3 }).map((fields) => ({ kind: 'path' as const, fields, at })),
    fc
      .tuple(converter, values, fc.array(fc.tuple(name, tie('value')), { maxLength: 2 }), keys)
      .map(([called, positional, named, found]) => ({
        kind: 'call' as const,
        name: called,
        arguments: [
          ...positional.map((given) => ({ name: undefined, value: given, at })),
          ...named.map(([parameter, given]) => ({ name: parameter, value: given, at })),
        ],
        keys: found,
        at,
      })),
    fc
      .tuple(fc.constantFrom<MathOperator>('+', '-', '*', '/'), tie('number'), tie('number'))
      .map(([operator, left, right]) => ({ kind: 'math' as const, operator, left, right, at })),
  );
  const value: fc.Arbitrary<ValueNode> = fc.oneof(
    { maxDepth: 3 },
    number,
    fc.constant({ kind: 'nil' as const, at }),
    fc.boolean().map((value) => ({ kind: 'bool' as const, value, at })),
    text.map((value) => ({ kind: 'string' as const, value, at })),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((value) => ({ kind: 'bytes' as const, value, at })),
    fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/).map((name) => ({ kind: 'enum' as const, name, at })),
    values.map((items) => ({ kind: 'list' as const, items, at })),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 2 }).map((entries) => ({ kind: 'map' as const, entries, at })),
  );
  return { number, value };
});

const condition: fc.Arbitrary<ConditionNode> = fc.letrec<{ condition: ConditionNode }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.boolean().map((value) => ({ kind: 'constant' as const, value })),
    fc
      .tuple(fc.constantFrom<ComparisonOperator>('==', '!=', '<', '<=', '>', '>='), value, value)
      .map(([operator, left, right]) => ({ kind: 'comparison' as const, operator, left, right })),
    number.filter((node) => node.kind === 'call').map((call) => ({ kind: 'call' as const, call })),
    tie('condition').map((term) => ({ kind: 'not' as const, term })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
      .map(([kind, terms]) => ({ kind, terms })),
  ),
})).condition;

describe('parseCondition', () => {
  it('reads back every condition that is printed', () => {
    fc.assert(
      fc.property(condition, (node) => {
        expect(withoutPositions(parseCondition(printCondition(node)))).toEqual(withoutPositions(node));
      }),
      { numRuns: 150 },
    );
  });
});

/** Structured data without the offsets. */
function withoutPositions(node: unknown): unknown {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  if (Array.isArray(node)) return node.map(withoutPositions);
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, part]) => (key === 'at' ? [] : [[key, withoutPositions(part)]])),
  );
}
