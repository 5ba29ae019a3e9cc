import { CONVERTERS } from '../converters/registry.ts';
import type { ConditionNode, ValueNode } from '../parser/syntax-tree.ts';
import { type ConditionContext, findPath } from '../paths/find-path.ts';
import { innermost, type Level } from '../runtime/level.ts';

const OWNER_LEVELS: ReadonlyMap<string, Level> = new Map([
  ['resource', 'resource'],
  ['scope', 'scope'],
  ['instrumentation_scope', 'scope'],
  ['span', 'span'],
  ['spanevent', 'spanevent'],
]);

/** @throws {OttlSyntaxError} for a path that there is not. */
export function levelOfValue(node: ValueNode, context: ConditionContext): Level {
  const inner = (nodes: readonly ValueNode[]) => innermost(nodes.map((part) => levelOfValue(part, context)));
  switch (node.kind) {
    case 'path': {
      const { owner, keys } = findPath(node, context);
      return innermost([levelOfOwner(owner), inner(keys)]);
    }
    case 'call': {
      const own: Level = CONVERTERS.get(node.name)?.onlyOnSpans === true ? 'span' : 'constant';
      return innermost([own, inner(node.arguments.map(({ value }) => value)), inner(node.keys)]);
    }
    case 'list':
      return inner(node.items);
    case 'map':
      return inner(node.entries.map(([, value]) => value));
    case 'negation':
      return levelOfValue(node.operand, context);
    case 'math':
      return inner([node.left, node.right]);
    default:
      return 'constant';
  }
}

/** Of a comparison, a call or a constant. */
export function levelOfTest(node: ConditionNode, context: ConditionContext): Level {
  if (node.kind === 'comparison') {
    return innermost([levelOfValue(node.left, context), levelOfValue(node.right, context)]);
  }
  return node.kind === 'call' ? levelOfValue(node.call, context) : 'constant';
}

export function levelOfOwner(owner: string): Level {
  return OWNER_LEVELS.get(owner) ?? 'spanevent';
}
