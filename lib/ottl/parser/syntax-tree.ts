/** The syntax tree of a condition, as the parser makes it and the compiler reads it, and the tree as text. */
import { toHex } from '../../otlp/bytes-to-text.ts';
import { quote } from './literals.ts';

/** An expression that is true or false. */
export type ConditionNode =
  | { readonly kind: 'or' | 'and'; readonly terms: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly term: ConditionNode }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'call'; readonly call: CallNode }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: ValueNode;
      readonly right: ValueNode;
    };

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** An expression that has a value. `at` is its offset in the condition, in UTF-16 code units. */
export type ValueNode =
  | { readonly kind: 'nil'; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'bool'; readonly value: boolean; readonly at: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array; readonly at: number }
  | { readonly kind: 'int'; readonly value: bigint; readonly at: number }
  | { readonly kind: 'float'; readonly value: number; readonly at: number }
  | { readonly kind: 'enum'; readonly name: string; readonly at: number }
  | { readonly kind: 'list'; readonly items: readonly ValueNode[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, ValueNode])[]; readonly at: number }
  | { readonly kind: 'negation'; readonly operand: ValueNode; readonly at: number }
  | {
      readonly kind: 'math';
      readonly operator: MathOperator;
      readonly left: ValueNode;
      readonly right: ValueNode;
      readonly at: number;
    }
  | PathNode
  | CallNode;

export type MathOperator = '+' | '-' | '*' | '/';

/** `span.attributes["a"][0]`: fields, each with its indices. */
export interface PathNode {
  readonly kind: 'path';
  readonly fields: readonly FieldNode[];
  readonly at: number;
}

export interface FieldNode {
  readonly name: string;
  readonly keys: readonly ValueNode[];
  readonly at: number;
}

/** `Concat([a, b], delimiter="-")["key"]`: a call of a converter, and indices into its result. */
export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
  readonly keys: readonly ValueNode[];
  readonly at: number;
}

export interface ArgumentNode {
  /** Undefined for an argument given by position. */
  readonly name: string | undefined;
  readonly value: ValueNode;
  readonly at: number;
}

/** The value as text. Equal text means equal expressions. */
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

/** In the grammar a float has a point, and an exponent only after it. */
function printFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (text.includes('.')) return text;
  return text.includes('e') ? text.replace('e', '.0e') : `${text}.0`;
}

/** `span.attributes["a"]`. */
function printPath({ fields }: PathNode): string {
  return fields.map(({ name, keys }) => `${name}${printKeys(keys)}`).join('.');
}

/** `Name(argument, name=argument)["key"]`. */
function printCall(call: CallNode): string {
  const given = call.arguments.map(({ name, value }) => `${name === undefined ? '' : `${name}=`}${printValue(value)}`);
  return `${call.name}(${given.join(', ')})${printKeys(call.keys)}`;
}

/** The indices after a path or a call. */
function printKeys(keys: readonly ValueNode[]): string {
  return keys.map((key) => `[${printValue(key)}]`).join('');
}
