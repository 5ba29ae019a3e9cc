import type { EvaluationContext } from '../runtime/context.ts';
import type { OttlValue } from '../runtime/value.ts';

/** A path of OTTL: a field of a span, event, scope or resource that conditions can read. */
export interface PathDefinition {
  /** Without its context: `kind.string`. */
  readonly path: string;
  /** The type of the value, for `docs/ottl.md`. */
  readonly yields: string;
  /** @throws {OttlEvaluationError} when the path has no value here */
  get(context: EvaluationContext): OttlValue;
  /** The value under a key, for a path that can be indexed; undefined when the key is missing. */
  lookUp?(context: EvaluationContext, key: string): OttlValue | undefined;
  /** Whether the result of {@link lookUp} can be indexed further. */
  readonly isNested?: boolean;
  /** Something that every user of the path should know. */
  readonly warning?: string;
}
