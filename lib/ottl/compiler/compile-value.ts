/**
 * Values of conditions as functions. A literal is known at start, and so is an error in it; a path or converter becomes
 * a function that is called for each span or event, or less often when its value cannot change (`scope.ts`). Values,
 * paths and calls contain each other, so the three compile functions call each other.
 */
import { didYouMean } from '../../text/nearest-name.ts';
import { bindArguments } from '../converters/call-arguments.ts';
import { telemetryMap } from '../converters/convert.ts';
import { CONVERTERS, UNSUPPORTED_CONVERTERS } from '../converters/registry.ts';
import { OttlEvaluationError, OttlSyntaxError } from '../errors.ts';
import type { CallNode, PathNode, ValueNode } from '../parser/syntax-tree.ts';
import { findPath } from '../paths/find-path.ts';
import { ENUMS } from '../paths/span-paths.ts';
import {
  dynamicOperand,
  type EvaluationContext,
  type Getter,
  isAbove,
  literalOperand,
  type Operand,
} from '../runtime/context.ts';
import { calculate, negate } from '../runtime/math.ts';
import {
  indexAttribute,
  indexResult,
  isMap,
  NativeInt,
  NativeList,
  type OttlValue,
  toKey,
  typeName,
} from '../runtime/value.ts';
import { type CompileScope, levelOfOwner, levelOfValue, rememberedAt } from './scope.ts';

/**
 * Compiles a value: literals are known at start, everything else is read on each evaluation.
 * @throws {OttlSyntaxError} for paths, enums and converters that do not exist, and arguments that do not fit
 */
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

/** The number of an enum such as `STATUS_CODE_ERROR`. */
function enumValue(name: string, at: number): bigint {
  const value = ENUMS.get(name);
  if (value !== undefined) return value;
  const names = [...ENUMS.keys()];
  throw new OttlSyntaxError(`unknown enum ${name}, allowed: ${names.join(', ')}${didYouMean(name, names)}`, at);
}

/** A list of literals is a literal itself. The Collector makes a Go list of it, not one of telemetry. */
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

/** A map is always one of telemetry, also as a literal, and so are the lists in it. */
function compileMap(nodes: readonly (readonly [string, ValueNode])[], scope: CompileScope): Operand {
  const entries = nodes.map(([key, node]) => [key, compileValue(node, scope)] as const);
  const literals = entries.flatMap(([key, { literal }]) => (literal === undefined ? [] : [[key, literal] as const]));
  if (literals.length === entries.length) return literalOperand(mapOf(literals));
  return dynamicOperand((context) => mapOf(entries.map(([key, { get }]) => [key, get(context)] as const)));
}

function mapOf(entries: readonly (readonly [string, OttlValue])[]): OttlValue {
  return new Map(entries.map(([key, value]) => [key, inMap(value)] as const));
}

/**
 * The value as one inside of a map.
 * @throws {OttlEvaluationError} for what the Collector cannot put into a map: lists of telemetry, times, IDs
 */
function inMap(value: OttlValue): OttlValue {
  if (value instanceof NativeList && value.element === 'any') return value.items.map(inMap);
  if (value instanceof NativeInt) return value.value;
  if (isMap(value)) return telemetryMap(value);
  const isPlain = value === null || typeof value !== 'object' || value instanceof Uint8Array;
  if (isPlain) return value;
  throw new OttlEvaluationError(`${typeName(value)} cannot be put into a map`);
}

/** Compiles a path and the indices after it. */
function compilePath(path: PathNode, scope: CompileScope): Operand {
  const { owner, definition, keys } = findPath(path, scope.context);
  const level = levelOfOwner(owner);
  const whole = rememberedAt(level, definition.get.bind(definition), scope);
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
      ? rememberedAt<OttlValue | undefined>(level, (context) => lookUp(context, getKey), scope)
      : isAbove(level, levelOfValue(firstKey, scope.context))
        ? // Each span or event may ask for another key: the whole map is read once, instead of each key by itself.
          (context: EvaluationContext) => indexAttribute(whole(context), getKey(context))
        : (context: EvaluationContext) => lookUp(context, getKey(context));
  if (getFurtherKeys.length === 0) return dynamicOperand((context) => first(context) ?? null);
  return dynamicOperand((context) => indexNested(first(context), getFurtherKeys, context));
}

/** The first index into a path: its text when it is a literal, otherwise a getter. It must be a string. */
function compileTextKey(key: ValueNode, scope: CompileScope): string | Getter<string> {
  const { get, literal } = compileValue(key, scope);
  if (typeof literal === 'string') return literal;
  if (literal !== undefined) throw new OttlSyntaxError(`expected a key in quotes, got ${typeName(literal)}`, key.at);
  return (context) => toKey(get(context));
}

/** Applies further indices. An index into a missing value gives nil; one into a scalar is an error. */
function indexNested(found: OttlValue | undefined, getKeys: readonly Getter[], context: EvaluationContext): OttlValue {
  let value: OttlValue | undefined = found;
  for (const getKey of getKeys) {
    if (value === undefined) return null;
    value = indexAttribute(value, getKey(context));
  }
  return value ?? null;
}

/** Compiles the call of a converter and the indices into its result. @throws {OttlSyntaxError} */
export function compileCall(node: CallNode, scope: CompileScope): Operand {
  const definition = CONVERTERS.get(node.name);
  if (definition === undefined || (definition.onlyOnSpans === true && scope.context !== 'span')) {
    throw new OttlSyntaxError(problemWith(node.name), node.at);
  }
  const compile = (argument: ValueNode) => compileValue(argument, scope);
  const get = counted(definition.create(bindArguments(definition, node, compile)));
  const keys = node.keys.map((key) => compile(key).get);
  const getResult = rememberedAt(levelOfValue({ ...node, keys: [] }, scope.context), get, scope);
  if (keys.length === 0) return dynamicOperand(getResult);
  return dynamicOperand((context) =>
    keys.reduce((value, getKey) => indexResult(value, getKey(context)), getResult(context)),
  );
}

/** Counts the size of a converter's result as work. */
function counted(get: Getter): Getter {
  return (context) => {
    const value = get(context);
    context.work.spendOn(value);
    return value;
  };
}

/** Why a name is not a converter that the condition can use. */
function problemWith(name: string): string {
  const reason = UNSUPPORTED_CONVERTERS.get(name);
  if (reason !== undefined) return `${name} is not supported: ${reason}`;
  if (CONVERTERS.has(name)) return `${name} can only be used in conditions on spans`;
  return `unknown converter ${name}${didYouMean(name, [...CONVERTERS.keys()])}`;
}
