import type { Getter } from './context.ts';
import type { OttlValue } from './value.ts';

/** A compiled value. Of a literal the value is known at start, so that an error in it is found at start. */
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
