import { didYouMean } from '../../text/nearest-name.ts';
import { compileCall } from '../compile-call.ts';
import { compilePath } from '../compile-path.ts';
import type { CompileScope } from '../compile-scope.ts';
import { ENUMS } from '../enums.ts';
import { OttlSyntaxError } from '../errors.ts';
import { dynamicOperand, literalOperand, type Operand } from '../operand.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import type { ValueNode } from '../parser/syntax-tree.ts';
import { telemetryMap } from '../runtime/convert.ts';
import { calculate, negate } from '../runtime/math.ts';
import { isMap, NativeInt, NativeList, type OttlValue, typeName } from '../runtime/value.ts';

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
