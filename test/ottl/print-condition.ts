import { type ConditionNode, printValue } from '../../lib/ottl/parser/syntax-tree.ts';

/** The condition as text with parentheses around each part. Parsing the text gives the same tree. */
export function printCondition(node: ConditionNode): string {
  switch (node.kind) {
    case 'constant':
      return String(node.value);
    case 'not':
      return `not (${printCondition(node.term)})`;
    case 'and':
    case 'or':
      return node.terms.map((term) => `(${printCondition(term)})`).join(` ${node.kind} `);
    case 'call':
      return printValue(node.call);
    case 'comparison':
      return `${printValue(node.left)} ${node.operator} ${printValue(node.right)}`;
  }
}
