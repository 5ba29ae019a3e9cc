/**
 * What the compiler knows beside the syntax tree, and how often each part of a condition is evaluated: an expression
 * that is the same for all spans of a resource is read once per resource.
 */
import { CONVERTERS } from '../converters/registry.ts';
import type { ConditionNode, ValueNode } from '../parser/syntax-tree.ts';
import { type ConditionContext, findPath } from '../paths/find-path.ts';
import { type Getter, innermost, isAbove, type Level } from '../runtime/context.ts';

/** Numbers the places in which conditions that are evaluated together remember values. */
export class Slots {
  #count = 0;

  take(): number {
    return this.#count++;
  }
}

/** The surroundings of a condition while it is compiled. */
export interface CompileScope {
  /** Whether the condition is evaluated on spans or on span events. */
  readonly context: ConditionContext;
  readonly slots: Slots;
  /** Reports something suspicious at an offset of the condition. */
  warn(message: string, at: number): void;
}

/** The getter, remembering its value for each resource, scope or span if its `level` is above that of the condition. */
export function rememberedAt<T>(
  level: Level,
  get: Getter<T>,
  { context: evaluatedOn, slots }: CompileScope,
): Getter<T> {
  if (!isAbove(level, evaluatedOn)) return get;
  const slot = slots.take();
  return (context) => context.remembered(level, slot, get);
}

/** The level of a value. @throws {OttlSyntaxError} for an unknown path */
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

/** The level of a comparison, a call or a constant. */
export function levelOfTest(node: ConditionNode, context: ConditionContext): Level {
  if (node.kind === 'comparison') {
    return innermost([levelOfValue(node.left, context), levelOfValue(node.right, context)]);
  }
  return node.kind === 'call' ? levelOfValue(node.call, context) : 'constant';
}

const OWNER_LEVELS: ReadonlyMap<string, Level> = new Map([
  ['resource', 'resource'],
  ['scope', 'scope'],
  ['instrumentation_scope', 'scope'],
  ['span', 'span'],
  ['spanevent', 'spanevent'],
]);

/** The level of the paths of a context. */
export function levelOfOwner(owner: string): Level {
  return OWNER_LEVELS.get(owner) ?? 'spanevent';
}
