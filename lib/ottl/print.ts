import { toHex } from '../otlp/hex.ts';
import type { CallNode, ConditionNode, PathNode, ValueNode } from './parser/syntax-tree.ts';
import { quote } from './string-literal.ts';

/** A condition as text, with a parenthesis around each part; reading it gives the same condition. */
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
      return printCall(node.call);
    case 'comparison':
      return `${printValue(node.left)} ${node.operator} ${printValue(node.right)}`;
  }
}

export function printValue(node: ValueNode): string {
  switch (node.kind) {
    case 'nil':
      return 'nil';
    case 'string':
      return quote(node.value);
    case 'bool':
    case 'int':
      return String(node.value);
    case 'bytes':
      return `0x${toHex(node.value, 0, node.value.length)}`;
    case 'float':
      return printFloat(node.value);
    case 'enum':
      return node.name;
    case 'list':
      return `[${node.items.map(printValue).join(', ')}]`;
    case 'map':
      return `{${node.entries.map(([key, value]) => `${quote(key)}: ${printValue(value)}`).join(', ')}}`;
    case 'negation':
      return `-(${printValue(node.operand)})`;
    case 'math':
      return `(${printValue(node.left)} ${node.operator} ${printValue(node.right)})`;
    case 'path':
      return printPath(node);
    case 'call':
      return printCall(node);
  }
}

/** The grammar knows no float without a point, and an exponent only behind one. */
function printFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (text.includes('.')) return text;
  return text.includes('e') ? text.replace('e', '.0e') : `${text}.0`;
}

function printPath({ fields }: PathNode): string {
  return fields.map(({ name, keys }) => `${name}${printKeys(keys)}`).join('.');
}

function printCall(call: CallNode): string {
  const given = call.arguments.map(({ name, value }) => `${name === undefined ? '' : `${name}=`}${printValue(value)}`);
  return `${call.name}(${given.join(', ')})${printKeys(call.keys)}`;
}

function printKeys(keys: readonly ValueNode[]): string {
  return keys.map((key) => `[${printValue(key)}]`).join('');
}
