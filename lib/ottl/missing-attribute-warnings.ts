import type { ConditionNode, PathNode, ValueNode } from './parser/syntax-tree.ts';
import { printValue } from './print.ts';

/** A comparison that people write for another one. */
export interface MissingAttributeWarning {
  readonly message: string;
  readonly at: number;
}

/**
 * `attributes["k"] != "v"` is true on every span that has no `k`, and so samples almost everything. Found unless the
 * same conjunction asks for `attributes["k"] != nil`, or a `not` is around it.
 */
export function missingAttributeWarnings(
  node: ConditionNode,
  guarded: ReadonlySet<string> = new Set(),
): readonly MissingAttributeWarning[] {
  if (node.kind === 'or') return node.terms.flatMap((term) => missingAttributeWarnings(term, guarded));
  if (node.kind === 'and') {
    const guards = new Set([...guarded, ...node.terms.flatMap(guardOf)]);
    return node.terms.flatMap((term) => missingAttributeWarnings(term, guards));
  }
  const attribute = attributeOf(node);
  if (attribute === undefined || isNilTest(node) || guarded.has(printValue(attribute))) return [];
  const text = printValue(attribute);
  return [
    {
      message: `is true wherever ${text} is missing; to ask for another value write ${text} != nil and ${text} != …`,
      at: attribute.at,
    },
  ];
}

/** The attribute that a term makes sure of. */
function guardOf(term: ConditionNode): readonly string[] {
  const attribute = isNilTest(term) ? attributeOf(term) : undefined;
  return attribute === undefined ? [] : [printValue(attribute)];
}

/** The attribute that `!=` stands next to. */
function attributeOf(node: ConditionNode): PathNode | undefined {
  if (node.kind !== 'comparison' || node.operator !== '!=') return undefined;
  return [node.left, node.right].find(isAttribute);
}

function isNilTest(node: ConditionNode): boolean {
  return node.kind === 'comparison' && (node.left.kind === 'nil' || node.right.kind === 'nil');
}

function isAttribute(node: ValueNode): node is PathNode {
  const last = node.kind === 'path' ? node.fields.at(-1) : undefined;
  return last?.name === 'attributes' && last.keys.length > 0;
}
