/**
 * The parser of OTTL conditions: the grammar of the Collector's pkg/ottl (`grammar.go`), by recursive descent. Each
 * function reads the rule that it is named after.
 *
 * ```
 * Condition  = And { "or" And }
 * And        = Not { "and" Not }
 * Not        = [ "not" ] Term
 * Term       = Comparison | "(" Condition ")"
 * Comparison = Value ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) Value | Call | "true" | "false"
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
import { TokenStream } from './lexer.ts';
import { parseBytes, parseFloat64, parseInt64 } from './literals.ts';
import type {
  ArgumentNode,
  CallNode,
  ComparisonOperator,
  ConditionNode,
  FieldNode,
  MathOperator,
  PathNode,
  ValueNode,
} from './syntax-tree.ts';

const COMPARISONS: readonly ComparisonOperator[] = ['==', '!=', '<=', '>=', '<', '>'];

/**
 * Parses an OTTL condition. `not` binds tighter than `and`, which binds tighter than `or`.
 * @throws {OttlSyntaxError}
 */
export function parseCondition(text: string): ConditionNode {
  const tokens = new TokenStream(text);
  const condition = parseOr(tokens);
  if (tokens.peek().kind !== 'end') tokens.fail('and, or, or the end of the condition');
  return condition;
}

function parseOr(tokens: TokenStream): ConditionNode {
  const terms = [parseAnd(tokens)];
  while (tokens.take('or')) terms.push(parseAnd(tokens));
  return terms.length === 1 ? (terms[0] as ConditionNode) : { kind: 'or', terms };
}

function parseAnd(tokens: TokenStream): ConditionNode {
  const terms = [parseNot(tokens)];
  while (tokens.take('and')) terms.push(parseNot(tokens));
  return terms.length === 1 ? (terms[0] as ConditionNode) : { kind: 'and', terms };
}

function parseNot(tokens: TokenStream): ConditionNode {
  if (!tokens.take('not')) return parseTerm(tokens);
  if (tokens.isNext('not')) tokens.fail('a condition; write not (not …)');
  return { kind: 'not', term: tokens.nested(() => parseTerm(tokens)) };
}

/**
 * A parenthesis may open a sum (`(a + 1) > b`) or a condition (`(a > b)`). Both are tried in this order; of two errors
 * the one that came further is reported.
 */
function parseTerm(tokens: TokenStream): ConditionNode {
  if (!tokens.isNext('(')) return parseComparison(tokens);
  const start = tokens.position;
  const asComparison = attempt(() => parseComparison(tokens));
  if (!(asComparison instanceof OttlSyntaxError)) return asComparison;
  tokens.position = start;
  const asGroup = attempt(() => parseGroup(tokens));
  if (!(asGroup instanceof OttlSyntaxError)) return asGroup;
  throw asComparison.offset > asGroup.offset ? asComparison : asGroup;
}

function parseGroup(tokens: TokenStream): ConditionNode {
  tokens.expect('(');
  const condition = tokens.nested(() => parseOr(tokens));
  tokens.expect(')');
  return condition;
}

function parseComparison(tokens: TokenStream): ConditionNode {
  const left = parseValue(tokens);
  const operator = COMPARISONS.find((candidate) => tokens.take(candidate));
  if (operator !== undefined) return { kind: 'comparison', operator, left, right: parseValue(tokens) };
  if (left.kind === 'bool') return { kind: 'constant', value: left.value };
  if (left.kind === 'call') return { kind: 'call', call: left };
  return tokens.fail(`one of ${COMPARISONS.join(' ')}`);
}

function attempt<T>(parse: () => T): T | OttlSyntaxError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof OttlSyntaxError) return error;
    throw error;
  }
}

function parseValue(tokens: TokenStream): ValueNode {
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
