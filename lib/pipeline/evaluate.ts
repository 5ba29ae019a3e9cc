import type { Trace } from '../otlp/trace/trace.ts';
import type { Decision } from '../sampling/decide.ts';
import type { Allowances } from '../sampling/limits.ts';

/** Applies the policies to a whole trace; called more than once if it lacks allowances at first. */
export type Evaluate = (trace: Trace, allowances: Allowances) => Decision;
