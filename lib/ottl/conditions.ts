import { type CompiledCondition, compileCondition } from './compile-condition.ts';
import type { Slots } from './compile-scope.ts';
import type { ErrorMode } from './error-mode.ts';
import { missingAttributeWarnings } from './missing-attribute-warnings.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { parseCondition } from './parse-condition.ts';
import type { ConditionContext } from './paths/find-path.ts';
import { positionAt } from './position.ts';
import type { EvaluationContext, MeteredCondition } from './runtime/context.ts';

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
