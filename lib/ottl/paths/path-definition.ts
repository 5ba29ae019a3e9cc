import type { EvaluationContext } from '../runtime/context.ts';
import type { OttlValue } from '../runtime/value.ts';

/** Something of a span that a condition can read. */
export interface PathDefinition {
  /** Without the context: `kind.string`. */
  readonly path: string;
  /** What it yields, for the documentation. */
  readonly yields: string;
  get(context: EvaluationContext): OttlValue;
  /** For a path that can be indexed with a key: what is under the key. */
  lookUp?(context: EvaluationContext, key: string): OttlValue | undefined;
  /** Whether what {@link lookUp} finds can be indexed further. */
  readonly isNested?: boolean;
  /** What a person should know who uses it. */
  readonly warning?: string;
}
