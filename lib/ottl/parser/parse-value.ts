/**
 * Values of OTTL, the other half of the grammar (`parse-condition.ts`). A value does not contain conditions.
 *
 * ```
 * Value      = "nil" | "true" | "false" | string | bytes | enum | List | Map | Sum
 * Sum        = Product { ( "+" | "-" ) Product }
 * Product    = Signed { ( "*" | "/" ) Signed }
 * Signed     = [ "+" | "-" ] Operand
 * Operand    = int | float | Path | Call | "(" Sum ")"
 * Path       = name Keys { "." name Keys }
 * Keys       = { "[" ( string | Sum ) "]" }
 * Call       = Name "(" [ Argument { "," Argument } ] ")" Keys
 * Argument   = [ name "=" ] Value
 * List       = "[" [ Value { "," Value } ] "]"
 * Map        = "{" { string ":" Value [ "," ] } "}"
 * ```
 */
import { OttlSyntaxError } from '../errors.ts';
import type { TokenStream } from './lexer.ts';
import { parseBytes, parseFloat64, parseInt64 } from './literals.ts';
import type { ArgumentNode, CallNode, FieldNode, MathOperator, PathNode, ValueNode } from './syntax-tree.ts';

/**
 * Parses a value: a literal, a list, a map, or a sum of numbers, paths and calls.
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
  return parseSum(tokens);
}

function parseSum(tokens: TokenStream): ValueNode {
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
    const value = tokens.nested(() => parseSum(tokens));
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

function parseKeys(tokens: TokenStream): readonly ValueNode[] {
  const keys: ValueNode[] = [];
  while (tokens.take('[')) {
    keys.push(tokens.nested(() => (tokens.peek().kind === 'string' ? parseValue(tokens) : parseSum(tokens))));
    tokens.expect(']');
  }
  return keys;
}

function parseCall(tokens: TokenStream): CallNode {
  const { text: name, from: at } = tokens.next();
  if (!tokens.isNext('(')) tokens.fail(`( after ${name}`);
  if (/^[a-z]/.test(name)) {
    throw new OttlSyntaxError(
      `${name} is not a converter: names of converters start with a capital letter, and a condition cannot call editors`,
      at,
    );
  }
  return { kind: 'call', name, arguments: parseArguments(tokens), keys: parseKeys(tokens), at };
}

function parseArguments(tokens: TokenStream): readonly ArgumentNode[] {
  const found: ArgumentNode[] = [];
  tokens.expect('(');
  if (tokens.take(')')) return found;
  do {
    const argument = parseArgument(tokens);
    if (argument.name === undefined && found.at(-1)?.name !== undefined) {
      throw new OttlSyntaxError('an argument without a name must not follow one with a name', argument.at);
    }
    found.push(argument);
  } while (tokens.take(','));
  if (!tokens.take(')')) tokens.fail(', or )');
  return found;
}

function parseArgument(tokens: TokenStream): ArgumentNode {
  const { kind, text, from: at } = tokens.peek();
  const isNamed = (kind === 'name' || kind === 'mixed') && tokens.isNext('=', 1);
  if (isNamed) tokens.position += 2;
  return { name: isNamed ? text : undefined, value: tokens.nested(() => parseValue(tokens)), at };
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
