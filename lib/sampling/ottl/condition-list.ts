import { type CompiledCondition, compileCondition } from './compile-condition.ts';
import type { ErrorMode } from './error-mode.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { missingAttributeWarnings } from './missing-attribute-warnings.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { parseCondition } from './parse-condition.ts';
import type { ConditionContext } from './paths/find-path.ts';
import { positionAt } from './position.ts';

/** One condition, ready to be asked. */
export interface Condition {
  readonly text: string;
  readonly test: CompiledCondition;
}

/**
 * Reads a condition; `warn` is told what is suspicious about it, with its position.
 * @throws {OttlSyntaxError}
 */
export function readCondition(text: string, context: ConditionContext, warn: (message: string) => void): Condition {
  const warnAt = (message: string, at: number) => warn(`${positionAt(text, at)}: ${message}`);
  const node = parseCondition(text);
  const test = compileCondition(node, { context, warn: warnAt });
  for (const { message, at } of missingAttributeWarnings(node)) warnAt(message, at);
  return { text, test };
}

/**
 * Whether any of the conditions holds. They are asked in turn; one that fails counts as false.
 * @throws {OttlEvaluationError} when one fails and the mode is `propagate`.
 */
export function anyHolds(conditions: readonly Condition[], context: EvaluationContext, errorMode: ErrorMode): boolean {
  for (const { test, text } of conditions) {
    if (typeof test === 'boolean') {
      if (test) return true;
      continue;
    }
    try {
      if (test(context)) return true;
    } catch (error) {
      if (!(error instanceof OttlEvaluationError)) throw error;
      if (errorMode === 'propagate') throw new OttlEvaluationError(`${error.message}, in condition: ${text}`);
    }
  }
  return false;
}
