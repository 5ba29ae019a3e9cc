import type { Getter } from '../runtime/context.ts';
import type { CallArguments, ConverterParameters } from './call-arguments.ts';

/** A converter of OTTL, by the name and the parameters that it has in the Collector (pkg/ottl/ottlfuncs). */
export interface ConverterDefinition extends ConverterParameters {
  readonly name: string;
  /** True for a converter that conditions on span events do not have. */
  readonly onlyOnSpans?: boolean;
  /**
   * Compiles a call: takes the arguments apart once, and returns the function that runs on each evaluation.
   * @throws {OttlSyntaxError} when an argument cannot be used
   */
  create(args: CallArguments): Getter;
}
