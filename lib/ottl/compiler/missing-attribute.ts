import { type ConditionNode, type PathNode, printValue, type ValueNode } from '../parser/syntax-tree.ts';

/** A comparison that probably means something else than its author intended. */
interface MissingAttributeWarning {
  readonly message: string;
  readonly at: number;
}

/**
 * Finds comparisons such as `attributes["k"] != "v"`: they are true on every span without `k`, and so sample almost
 * everything. No warning when the same conjunction has `attributes["k"] != nil`, or a `not` is around the comparison.
 *
 * @param guarded the attributes that an enclosing conjunction checks for nil, as text
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
      message: `is true wherever ${text} is missing; to test for another value write ${text} != nil and ${text} != …`,
      at: attribute.at,
    },
  ];
}

/** The attribute that a term checks for nil, as text. */
function guardOf(term: ConditionNode): readonly string[] {
  const attribute = isNilTest(term) ? attributeOf(term) : undefined;
  return attribute === undefined ? [] : [printValue(attribute)];
}

/** The attribute on one side of a `!=`. */
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
