import type { ConditionContext } from './paths/find-path.ts';

/** What is known while a condition is compiled. */
export interface CompileScope {
  readonly context: ConditionContext;
  /** Tells a person something about the condition at this offset. */
  warn(message: string, at: number): void;
}
