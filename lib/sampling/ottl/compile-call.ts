import { didYouMean } from '../config/nearest-name.ts';
import { bindArguments } from './bind-arguments.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileValue } from './compile-value.ts';
import { CONVERTERS } from './converters/registry.ts';
import { UNSUPPORTED_CONVERTERS } from './converters/unsupported.ts';
import { indexResult } from './index-value.ts';
import { dynamicOperand, type Operand } from './operand.ts';
import { OttlSyntaxError } from './ottl-syntax-error.ts';
import type { CallNode } from './syntax-tree.ts';

/** @throws {OttlSyntaxError} for a converter that there is not, and arguments that do not fit. */
export function compileCall(node: CallNode, scope: CompileScope): Operand {
  const definition = CONVERTERS.get(node.name);
  if (definition === undefined || (definition.onlyOnSpans === true && scope.context !== 'span')) {
    throw new OttlSyntaxError(problemWith(node.name), node.at);
  }
  const get = definition.create(bindArguments(definition, node, scope));
  const keys = node.keys.map((key) => compileValue(key, scope).get);
  if (keys.length === 0) return dynamicOperand(get);
  return dynamicOperand((context) => keys.reduce((value, getKey) => indexResult(value, getKey(context)), get(context)));
}

function problemWith(name: string): string {
  const reason = UNSUPPORTED_CONVERTERS.get(name);
  if (reason !== undefined) return `${name} is not supported: ${reason}`;
  if (CONVERTERS.has(name)) return `${name} can only be used in conditions on spans`;
  return `unknown converter ${name}${didYouMean(name, [...CONVERTERS.keys()])}`;
}
