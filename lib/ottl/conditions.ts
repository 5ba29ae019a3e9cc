import { type CompiledCondition, compileCondition, type Slots } from './compiler/compile.ts';
import { type ErrorMode, OttlEvaluationError } from './errors.ts';
import { parseCondition } from './parser/parse.ts';
import { type ConditionNode, type PathNode, positionAt, printValue, type ValueNode } from './parser/syntax-tree.ts';
import type { ConditionContext } from './paths/find-path.ts';
import type { EvaluationContext, MeteredCondition } from './runtime/context.ts';

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

/** One condition, ready to be asked. */
export interface Condition extends MeteredCondition {
  readonly text: string;
  readonly test: CompiledCondition;
}

/**
 * Reads a condition; `warn` is told what is suspicious about it, with its position. Conditions that are asked together
 * have the same slots.
 * @throws {OttlSyntaxError}
 */
export function readCondition(
  text: string,
  context: ConditionContext,
  slots: Slots,
  warn: (message: string) => void,
): Condition {
  const warnAt = (message: string, at: number) => warn(`${positionAt(text, at)}: ${message}`);
  const node = parseCondition(text);
  const test = compileCondition(node, { context, slots, warn: warnAt });
  for (const { message, at } of missingAttributeWarnings(node)) warnAt(message, at);
  return { text, test, converters: text.split('(').length - 1 };
}

/**
 * Whether any of the conditions holds. They are asked in turn; one that fails, in whatever way, counts as false.
 * @throws {OttlEvaluationError} when one fails and the mode is `propagate`.
 */
export function anyHolds(conditions: readonly Condition[], context: EvaluationContext, errorMode: ErrorMode): boolean {
  for (const condition of conditions) {
    const { test, text } = condition;
    if (typeof test === 'boolean') {
      if (test) return true;
      continue;
    }
    context.begin(condition);
    try {
      if (test(context)) return true;
    } catch (error) {
      if (errorMode === 'propagate') throw failureOf(error, text);
    }
  }
  return false;
}

function failureOf(error: unknown, condition: string): OttlEvaluationError {
  const isForeseen = error instanceof OttlEvaluationError;
  const message =
    error instanceof Error ? `${isForeseen ? '' : `unexpected ${error.name}: `}${error.message}` : String(error);
  return new OttlEvaluationError(`${message}, in condition: ${condition}`, { cause: error });
}
