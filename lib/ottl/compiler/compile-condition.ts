/** Conditions as functions: comparisons, calls of converters, and `and`, `or` and `not` between them. */
import { OttlEvaluationError } from '../errors.ts';
import type { ConditionNode } from '../parser/syntax-tree.ts';
import { compare } from '../runtime/compare.ts';
import type { Getter } from '../runtime/context.ts';
import { typeName } from '../runtime/value.ts';
import { compileCall, compileValue } from './compile-value.ts';
import { type CompileScope, levelOfTest, rememberedAt } from './scope.ts';

/** True or false when that is known at start, otherwise the function that evaluates the condition. */
export type CompiledCondition = boolean | Getter<boolean>;

/**
 * Compiles a condition to a function. As in the Collector, a part that is known at start decides at start if it can:
 * `x and false` is false, even where `x` would fail.
 * @throws {OttlSyntaxError} for paths, enums and converters that do not exist, and arguments that do not fit
 */
export function compileCondition(node: ConditionNode, scope: CompileScope): CompiledCondition {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'not':
      return negated(compileCondition(node.term, scope));
    case 'and':
      return allOf(node.terms.map((term) => compileCondition(term, scope)));
    case 'or':
      return anyOf(node.terms.map((term) => compileCondition(term, scope)));
    case 'comparison': {
      const { operator } = node;
      const left = compileValue(node.left, scope);
      const right = compileValue(node.right, scope);
      if (left.literal !== undefined && right.literal !== undefined) {
        return compare(left.literal, right.literal, operator);
      }
      const test: Getter<boolean> = (context) => compare(left.get(context), right.get(context), operator);
      return rememberedAt(levelOfTest(node, scope.context), test, scope);
    }
    case 'call': {
      const { get } = compileCall(node.call, scope);
      const { name } = node.call;
      const test: Getter<boolean> = (context) => {
        const value = get(context);
        if (typeof value === 'boolean') return value;
        throw new OttlEvaluationError(`${name} is neither true nor false, but ${typeName(value)}`);
      };
      return rememberedAt(levelOfTest(node, scope.context), test, scope);
    }
  }
}

/** `not`. */
function negated(condition: CompiledCondition): CompiledCondition {
  return typeof condition === 'boolean' ? !condition : (context) => !condition(context);
}

/** `and`: false at the first condition that is false. */
function allOf(conditions: readonly CompiledCondition[]): CompiledCondition {
  if (conditions.includes(false)) return false;
  const open = conditions.filter((condition) => typeof condition !== 'boolean');
  return open.length === 0 || ((context) => open.every((condition) => condition(context)));
}

/** `or`: true at the first condition that is true. */
function anyOf(conditions: readonly CompiledCondition[]): CompiledCondition {
  if (conditions.includes(true)) return true;
  const open = conditions.filter((condition) => typeof condition !== 'boolean');
  return open.length > 0 && ((context) => open.some((condition) => condition(context)));
}
