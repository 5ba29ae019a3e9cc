import type { CompileScope } from './compile-scope.ts';
import type { EvaluationContext } from './runtime/context.ts';
import { isAbove, type Level } from './runtime/level.ts';
import type { OttlValue } from './runtime/value.ts';

/** Reads a value; throws `OttlEvaluationError` when there is none. */
export type Getter<T = OttlValue> = (context: EvaluationContext) => T;

/** A compiled value. A literal is known at start, so that what is wrong with it is found at start. */
export interface Operand {
  readonly get: Getter;
  /** Undefined when the value is not a literal. */
  readonly literal: OttlValue | undefined;
}

export function literalOperand(value: OttlValue): Operand {
  return { get: () => value, literal: value };
}

export function dynamicOperand(get: Getter): Operand {
  return { get, literal: undefined };
}

/** The getter of something that changes with `level`. The condition is asked for each span or event. */
export function askedOnce<T>(get: Getter<T>, level: Level, { context: asked, slots }: CompileScope): Getter<T> {
  if (!isAbove(level, asked)) return get;
  const slot = slots.take();
  return (context) => context.remembered(level, slot, get);
}
