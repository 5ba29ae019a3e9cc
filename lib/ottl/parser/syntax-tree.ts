export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type MathOperator = '+' | '-' | '*' | '/';

/** What is true or false. */
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

/** What has a value. `at` is its offset in the condition. */
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

/** `span.attributes["a"][0]`: fields with their indices. */
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

/** `Concat([a, b], delimiter="-")["key"]` */
export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
  readonly keys: readonly ValueNode[];
  readonly at: number;
}

export interface ArgumentNode {
  /** Undefined: by position. */
  readonly name: string | undefined;
  readonly value: ValueNode;
  readonly at: number;
}
