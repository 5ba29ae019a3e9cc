import type { CompileScope } from './compile-scope.ts';
import { compileValue } from './compiler/compile.ts';
import { levelOfOwner, levelOfValue } from './compiler/level-of.ts';
import { OttlSyntaxError } from './errors.ts';
import { indexAttribute, toKey } from './index-value.ts';
import { askedOnce, dynamicOperand, type Getter, type Operand } from './operand.ts';
import type { PathNode, ValueNode } from './parser/syntax-tree.ts';
import { findPath } from './paths/find-path.ts';
import type { EvaluationContext } from './runtime/context.ts';
import { isAbove } from './runtime/level.ts';
import { type OttlValue, typeName } from './runtime/value.ts';

/** @throws {OttlSyntaxError} when there is no such path. */
export function compilePath(path: PathNode, scope: CompileScope): Operand {
  const { owner, definition, keys } = findPath(path, scope.context);
  const level = levelOfOwner(owner);
  const whole = askedOnce(definition.get.bind(definition), level, scope);
  if (definition.warning !== undefined) scope.warn(definition.warning, path.at);
  const [firstKey, ...furtherKeys] = keys;
  const lookUp = definition.lookUp?.bind(definition);
  if (firstKey === undefined || lookUp === undefined) return dynamicOperand(whole);

  const getKey = compileTextKey(firstKey, scope);
  if (typeof getKey !== 'string' && definition.isNested !== true) {
    throw new OttlSyntaxError(`${definition.path} takes a key in quotes`, firstKey.at);
  }
  const getFurtherKeys = furtherKeys.map((key) => compileValue(key, scope).get);
  const first =
    typeof getKey === 'string'
      ? askedOnce<OttlValue | undefined>((context) => lookUp(context, getKey), level, scope)
      : isAbove(level, levelOfValue(firstKey, scope.context))
        ? // Each span or event may ask for another key: all of them are read once.
          (context: EvaluationContext) => indexAttribute(whole(context), getKey(context))
        : (context: EvaluationContext) => lookUp(context, getKey(context));
  if (getFurtherKeys.length === 0) return dynamicOperand((context) => first(context) ?? null);
  return dynamicOperand((context) => indexNested(first(context), getFurtherKeys, context));
}

/** The first index must be a string; a literal one is known now. */
function compileTextKey(key: ValueNode, scope: CompileScope): string | Getter<string> {
  const { get, literal } = compileValue(key, scope);
  if (typeof literal === 'string') return literal;
  if (literal !== undefined) throw new OttlSyntaxError(`expected a key in quotes, got ${typeName(literal)}`, key.at);
  return (context) => toKey(get(context));
}

/** Below what is missing there is nothing, but below a scalar there cannot be anything. */
function indexNested(
  found: OttlValue | undefined,
  getKeys: readonly Getter[],
  context: Parameters<Getter>[0],
): OttlValue {
  let value: OttlValue | undefined = found;
  for (const getKey of getKeys) {
    if (value === undefined) return null;
    value = indexAttribute(value, getKey(context));
  }
  return value ?? null;
}
