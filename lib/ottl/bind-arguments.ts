import type { CompileScope } from './compile-scope.ts';
import { CallArguments } from './compiler/call-arguments.ts';
import { toCamel } from './convert-case.ts';
import type { ConverterDefinition } from './converters/converter-definition.ts';
import { OttlSyntaxError } from './errors.ts';
import type { ArgumentNode, CallNode } from './parser/syntax-tree.ts';

/**
 * Gives each argument of a call to its parameter, by position or by name (`utf8_safe` means `Utf8Safe`).
 * @throws {OttlSyntaxError} when there are too few, too many, or unknown ones.
 */
export function bindArguments(definition: ConverterDefinition, call: CallNode, scope: CompileScope): CallArguments {
  const { parameters, optional = [] } = definition;
  const all = [...parameters, ...optional];
  if (call.arguments.length < parameters.length || call.arguments.length > all.length) {
    const expected = optional.length === 0 ? `${all.length}` : `${parameters.length} to ${all.length}`;
    throw new OttlSyntaxError(
      `${call.name}(${all.join(', ')}) takes ${expected} arguments, got ${call.arguments.length}`,
      call.at,
    );
  }
  const bound = new Map<string, ArgumentNode>();
  for (const [i, argument] of call.arguments.entries()) {
    const name = argument.name === undefined ? (all[i] ?? '') : toCamel(argument.name);
    if (!all.includes(name)) {
      throw new OttlSyntaxError(
        `${call.name} has no parameter ${argument.name}, allowed: ${all.join(', ')}`,
        argument.at,
      );
    }
    if (bound.has(name)) throw new OttlSyntaxError(`${call.name} is given ${name} twice`, argument.at);
    bound.set(name, argument);
  }
  const missing = parameters.find((name) => !bound.has(name));
  if (missing !== undefined) throw new OttlSyntaxError(`${call.name} needs ${missing}`, call.at);
  return new CallArguments(call, bound, scope);
}
