import { didYouMean } from '../text/nearest-name.ts';
import { bindArguments } from './bind-arguments.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileValue } from './compiler/compile.ts';
import { levelOfValue } from './compiler/level-of.ts';
import { CONVERTERS } from './converters/registry.ts';
import { UNSUPPORTED_CONVERTERS } from './converters/unsupported.ts';
import { OttlSyntaxError } from './errors.ts';
import { indexResult } from './index-value.ts';
import { askedOnce, dynamicOperand, type Getter, type Operand } from './operand.ts';
import type { CallNode } from './parser/syntax-tree.ts';

/** @throws {OttlSyntaxError} for a converter that there is not, and arguments that do not fit. */
export function compileCall(node: CallNode, scope: CompileScope): Operand {
  const definition = CONVERTERS.get(node.name);
  if (definition === undefined || (definition.onlyOnSpans === true && scope.context !== 'span')) {
    throw new OttlSyntaxError(problemWith(node.name), node.at);
  }
  const get = counted(definition.create(bindArguments(definition, node, scope)));
  const keys = node.keys.map((key) => compileValue(key, scope).get);
  const getResult = askedOnce(get, levelOfValue({ ...node, keys: [] }, scope.context), scope);
  if (keys.length === 0) return dynamicOperand(getResult);
  return dynamicOperand((context) =>
    keys.reduce((value, getKey) => indexResult(value, getKey(context)), getResult(context)),
  );
}

/** What a converter makes costs, and must not be too large. */
function counted(get: Getter): Getter {
  return (context) => {
    const value = get(context);
    context.work.spendOn(value);
    return value;
  };
}

function problemWith(name: string): string {
  const reason = UNSUPPORTED_CONVERTERS.get(name);
  if (reason !== undefined) return `${name} is not supported: ${reason}`;
  if (CONVERTERS.has(name)) return `${name} can only be used in conditions on spans`;
  return `unknown converter ${name}${didYouMean(name, [...CONVERTERS.keys()])}`;
}
