import type { ConditionContext } from './paths/find-path.ts';

/** Numbers the places where conditions that are evaluated together remember what they have found. */
export class Slots {
  #count = 0;

  take(): number {
    return this.#count++;
  }
}

/** What is known while a condition is compiled. */
export interface CompileScope {
  readonly context: ConditionContext;
  readonly slots: Slots;
  /** Tells a person something about the condition at this offset. */
  warn(message: string, at: number): void;
}
