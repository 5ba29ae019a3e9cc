import { didYouMean } from '../../text/nearest-name.ts';
import type { ConverterDefinition } from '../converters/converter-definition.ts';
import { CONVERTERS, UNSUPPORTED_CONVERTERS } from '../converters/registry.ts';
import { OttlEvaluationError, OttlSyntaxError } from '../errors.ts';
import { toCamel } from '../go/strings.ts';
import type { ArgumentNode, CallNode, ConditionNode, PathNode, ValueNode } from '../parser/syntax-tree.ts';
import { type ConditionContext, findPath } from '../paths/find-path.ts';
import { compare } from '../runtime/compare.ts';
import type { EvaluationContext } from '../runtime/context.ts';
import { telemetryMap } from '../runtime/convert.ts';
import { isAbove } from '../runtime/level.ts';
import { calculate, negate } from '../runtime/math.ts';
import {
  askedOnce,
  dynamicOperand,
  ENUMS,
  type Getter,
  indexAttribute,
  indexResult,
  isMap,
  literalOperand,
  NativeInt,
  NativeList,
  type Operand,
  type OttlValue,
  toKey,
  typeName,
} from '../runtime/value.ts';
import { CallArguments } from './call-arguments.ts';
import { levelOfOwner, levelOfTest, levelOfValue } from './level-of.ts';

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

/** A condition that is known at start, or one that must be asked. */
export type CompiledCondition = boolean | Getter<boolean>;

/**
 * Turns a condition into a function. As in the Collector a part that is known decides at start if it can: `x and false`
 * is false, even where x would fail.
 * @throws {OttlSyntaxError}
 */
export function compileCondition(node: ConditionNode, scope: CompileScope): CompiledCondition {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'not':
      return negated(compileCondition(node.term, scope));
    case 'and':
      return allOf(node.terms.map((term) => compileCondition(term, scope)));
    case 'or':
      return anyOf(node.terms.map((term) => compileCondition(term, scope)));
    case 'comparison': {
      const { operator } = node;
      const left = compileValue(node.left, scope);
      const right = compileValue(node.right, scope);
      if (left.literal !== undefined && right.literal !== undefined) {
        return compare(left.literal, right.literal, operator);
      }
      const test: Getter<boolean> = (context) => compare(left.get(context), right.get(context), operator);
      return askedOnce(test, levelOfTest(node, scope.context), scope);
    }
    case 'call': {
      const { get } = compileCall(node.call, scope);
      const { name } = node.call;
      const test: Getter<boolean> = (context) => {
        const value = get(context);
        if (typeof value === 'boolean') return value;
        throw new OttlEvaluationError(`${name} is neither true nor false but ${typeName(value)}`);
      };
      return askedOnce(test, levelOfTest(node, scope.context), scope);
    }
  }
}

function negated(condition: CompiledCondition): CompiledCondition {
  return typeof condition === 'boolean' ? !condition : (context) => !condition(context);
}

function allOf(conditions: readonly CompiledCondition[]): CompiledCondition {
  if (conditions.includes(false)) return false;
  const open = conditions.filter((condition) => typeof condition !== 'boolean');
  return open.length === 0 || ((context) => open.every((condition) => condition(context)));
}

function anyOf(conditions: readonly CompiledCondition[]): CompiledCondition {
  if (conditions.includes(true)) return true;
  const open = conditions.filter((condition) => typeof condition !== 'boolean');
  return open.length > 0 && ((context) => open.some((condition) => condition(context)));
}

/** Numbers the places where conditions that are evaluated together remember what they have found. */
export class Slots {
  #count = 0;

  take(): number {
    return this.#count++;
  }
}

/** What is known while a condition is compiled. */
export interface CompileScope {
  readonly context: ConditionContext;
  readonly slots: Slots;
  /** Tells a person something about the condition at this offset. */
  warn(message: string, at: number): void;
}

/** @throws {OttlSyntaxError} for paths, enums and converters that do not exist, and arguments that do not fit. */
export function compileValue(node: ValueNode, scope: CompileScope): Operand {
  switch (node.kind) {
    case 'nil':
      return literalOperand(null);
    case 'string':
    case 'bool':
    case 'bytes':
    case 'int':
    case 'float':
      return literalOperand(node.value);
    case 'enum':
      return literalOperand(enumValue(node.name, node.at));
    case 'list':
      return compileList(node.items, scope);
    case 'map':
      return compileMap(node.entries, scope);
    case 'negation': {
      const { get } = compileValue(node.operand, scope);
      return dynamicOperand((context) => negate(get(context)));
    }
    case 'math': {
      const { operator } = node;
      const { get: left } = compileValue(node.left, scope);
      const { get: right } = compileValue(node.right, scope);
      return dynamicOperand((context) => calculate(left(context), operator, right(context)));
    }
    case 'path':
      return compilePath(node, scope);
    case 'call':
      return compileCall(node, scope);
  }
}

function enumValue(name: string, at: number): bigint {
  const value = ENUMS.get(name);
  if (value !== undefined) return value;
  const names = [...ENUMS.keys()];
  throw new OttlSyntaxError(`unknown enum ${name}, allowed: ${names.join(', ')}${didYouMean(name, names)}`, at);
}

function compileList(nodes: readonly ValueNode[], scope: CompileScope): Operand {
  const items = nodes.map((node) => compileValue(node, scope));
  const literals = items.flatMap(({ literal }) => (literal === undefined ? [] : [literal]));
  if (literals.length === items.length) return literalOperand(new NativeList(literals, 'any'));
  return dynamicOperand(
    (context) =>
      new NativeList(
        items.map(({ get }) => get(context)),
        'any',
      ),
  );
}

/** A map is one of telemetry, also in a literal, and so are the lists in it. */
function compileMap(nodes: readonly (readonly [string, ValueNode])[], scope: CompileScope): Operand {
  const entries = nodes.map(([key, node]) => [key, compileValue(node, scope)] as const);
  const literals = entries.flatMap(([key, { literal }]) => (literal === undefined ? [] : [[key, literal] as const]));
  if (literals.length === entries.length) return literalOperand(mapOf(literals));
  return dynamicOperand((context) => mapOf(entries.map(([key, { get }]) => [key, get(context)] as const)));
}

function mapOf(entries: readonly (readonly [string, OttlValue])[]): OttlValue {
  return new Map(entries.map(([key, value]) => [key, inMap(value)] as const));
}

/** @throws {OttlEvaluationError} for what the Collector cannot put into a map: lists of telemetry, times, IDs. */
function inMap(value: OttlValue): OttlValue {
  if (value instanceof NativeList && value.element === 'any') return value.items.map(inMap);
  if (value instanceof NativeInt) return value.value;
  if (isMap(value)) return telemetryMap(value);
  const isPlain = value === null || typeof value !== 'object' || value instanceof Uint8Array;
  if (isPlain) return value;
  throw new OttlEvaluationError(`${typeName(value)} cannot be put into a map`);
}
