import { OttlSyntaxError } from '../errors.ts';
import { parseCall, parseKeys } from '../parse-call.ts';
import { parseBytes, parseFloat64, parseInt64 } from '../parse-number.ts';
import type { TokenStream } from '../token-stream.ts';
import type { FieldNode, MathOperator, PathNode, ValueNode } from './syntax-tree.ts';

/**
 * Reads a value: a literal, a list, a map, or a sum of numbers, paths and converters.
 * @throws {OttlSyntaxError}
 */
export function parseValue(tokens: TokenStream): ValueNode {
  const { kind, text, from: at } = tokens.peek();
  if (tokens.take('nil')) return { kind: 'nil', at };
  if (tokens.take('true')) return { kind: 'bool', value: true, at };
  if (tokens.take('false')) return { kind: 'bool', value: false, at };
  if (kind === 'string') {
    tokens.next();
    return { kind: 'string', value: text, at };
  }
  if (kind === 'bytes') {
    tokens.next();
    return { kind: 'bytes', value: parseBytes(text, at), at };
  }
  if (kind === 'symbol' && !tokens.isNext('(', 1)) {
    tokens.next();
    return { kind: 'enum', name: text, at };
  }
  if (tokens.isNext('[')) return { kind: 'list', items: parseList(tokens), at };
  if (tokens.isNext('{')) return { kind: 'map', entries: parseEntries(tokens), at };
  return parseMath(tokens);
}

/** Reads a sum; multiplication and division bind tighter. */
export function parseMath(tokens: TokenStream): ValueNode {
  let left = parseProduct(tokens);
  let depth = 0;
  for (let operator = takeOperator(tokens, '+', '-'); operator; operator = takeOperator(tokens, '+', '-')) {
    tokens.checkDepth(++depth);
    left = { kind: 'math', operator, left, right: parseProduct(tokens), at: left.at };
  }
  return left;
}

function parseProduct(tokens: TokenStream): ValueNode {
  let left = parseSigned(tokens);
  let depth = 0;
  for (let operator = takeOperator(tokens, '*', '/'); operator; operator = takeOperator(tokens, '*', '/')) {
    tokens.checkDepth(++depth);
    left = { kind: 'math', operator, left, right: parseSigned(tokens), at: left.at };
  }
  return left;
}

function takeOperator(tokens: TokenStream, ...operators: readonly MathOperator[]): MathOperator | undefined {
  return operators.find((operator) => tokens.take(operator));
}

function parseSigned(tokens: TokenStream): ValueNode {
  const at = tokens.peek().from;
  if (!tokens.take('-')) {
    tokens.take('+');
    return parseOperand(tokens);
  }
  const operand = parseOperand(tokens);
  if (operand.kind === 'int') return { kind: 'int', value: -operand.value, at };
  if (operand.kind === 'float') return { kind: 'float', value: -operand.value, at };
  return { kind: 'negation', operand, at };
}

function parseOperand(tokens: TokenStream): ValueNode {
  const { kind, text, from: at } = tokens.peek();
  if (tokens.take('(')) {
    const value = tokens.nested(() => parseMath(tokens));
    tokens.expect(')');
    if (tokens.isNext('=>')) throw new OttlSyntaxError('lambda expressions are not supported', at);
    return value;
  }
  if (kind === 'int') {
    tokens.next();
    return { kind, value: parseInt64(text, at), at };
  }
  if (kind === 'float') {
    tokens.next();
    return { kind, value: parseFloat64(text, at), at };
  }
  if (kind === 'mixed' || kind === 'symbol' || (kind === 'name' && tokens.isNext('(', 1))) return parseCall(tokens);
  if (kind === 'name' && !['and', 'or', 'not', 'nil', 'true', 'false'].includes(text)) return parsePath(tokens);
  return tokens.fail('a value');
}

function parsePath(tokens: TokenStream): PathNode {
  const at = tokens.peek().from;
  const fields: FieldNode[] = [];
  do {
    const { kind, text, from } = tokens.peek();
    if (kind !== 'name') tokens.fail('the name of a field');
    tokens.next();
    fields.push({ name: text, keys: parseKeys(tokens), at: from });
  } while (tokens.take('.'));
  return { kind: 'path', fields, at };
}

function parseList(tokens: TokenStream): readonly ValueNode[] {
  const items: ValueNode[] = [];
  tokens.expect('[');
  if (tokens.take(']')) return items;
  do items.push(tokens.nested(() => parseValue(tokens)));
  while (tokens.take(','));
  tokens.expect(']');
  return items;
}

function parseEntries(tokens: TokenStream): readonly (readonly [string, ValueNode])[] {
  const entries: (readonly [string, ValueNode])[] = [];
  tokens.expect('{');
  while (!tokens.take('}')) {
    const { kind, text } = tokens.peek();
    if (kind !== 'string') tokens.fail('a key in quotes or }');
    tokens.next();
    tokens.expect(':');
    entries.push([text, tokens.nested(() => parseValue(tokens))]);
    tokens.take(',');
  }
  return entries;
}
