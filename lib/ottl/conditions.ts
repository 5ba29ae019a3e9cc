/**
 * OTTL conditions (OpenTelemetry Transformation Language, the Collector's pkg/ottl) on spans and span events of a
 * trace: the entry of this room, which knows nothing of sampling. {@link readCondition} compiles a condition once,
 * {@link anyHolds} evaluates conditions where an {@link EvaluationContext} stands.
 *
 * Inside the room, imports run one way: `errors` ← `go` (Go's rules for strings, numbers, times) ← `parser` (text to
 * syntax tree) ← `runtime` (values, comparison, arithmetic, work, the context of evaluation) ← `formats` ← `network`,
 * `hash`, `patterns` (what converters read and write) and `paths` (fields of telemetry) ← `converters` ← `compiler`
 * (syntax tree to functions) ← this file. Converters are handed the function that compiles their arguments.
 */
import { type CompiledCondition, compileCondition } from './compiler/compile-condition.ts';
import { missingAttributeWarnings } from './compiler/missing-attribute.ts';
import type { Slots } from './compiler/scope.ts';
import { type ErrorMode, OttlEvaluationError, positionAt } from './errors.ts';
import { parseCondition } from './parser/parse-condition.ts';
import type { ConditionContext } from './paths/find-path.ts';
import type { EvaluationContext, MeteredCondition } from './runtime/context.ts';

export { Slots } from './compiler/scope.ts';
export { ERROR_MODES, type ErrorMode, OttlEvaluationError, OttlSyntaxError, positionAt } from './errors.ts';
export type { ConditionContext } from './paths/find-path.ts';
export { EvaluationContext } from './runtime/context.ts';

/** A compiled condition. */
export interface Condition extends MeteredCondition {
  readonly text: string;
  readonly test: CompiledCondition;
}

/**
 * Parses and compiles a condition.
 *
 * @param context whether it is evaluated on spans or on span events
 * @param slots the same for all conditions that are evaluated with one {@link EvaluationContext}
 * @param warn called for each suspicious part, with a message that begins with its `line:column`
 * @throws {OttlSyntaxError} when the condition cannot be used
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
 * Whether any of the conditions holds where the context stands. They are evaluated in turn; one that fails, for
 * whatever reason, counts as false.
 * @throws {OttlEvaluationError} when one fails and the mode is `propagate`
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
