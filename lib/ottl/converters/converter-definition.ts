import type { CallArguments } from '../compiler/call-arguments.ts';
import type { Getter } from '../runtime/value.ts';

/** A converter of OTTL (pkg/ottl/ottlfuncs). */
export interface ConverterDefinition {
  readonly name: string;
  /** The names that arguments may be given by, as `Target` for `target=`. */
  readonly parameters: readonly string[];
  /** Parameters that may be left away, behind the others. */
  readonly optional?: readonly string[];
  /** True for one that conditions on events do not have. */
  readonly onlyOnSpans?: boolean;
  /** Compiles a call. Throws `OttlSyntaxError` when the arguments do not fit. */
  create(args: CallArguments): Getter;
}
