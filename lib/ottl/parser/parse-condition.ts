/**
 * Conditions of OTTL: the grammar of the Collector's pkg/ottl (`grammar.go`), by recursive descent. Each function reads the
 * rule that it is named after; `parse-value.ts` has the rules of Value and Call.
 *
 * ```
 * Condition  = Or
 * Or         = And { "or" And }
 * And        = Not { "and" Not }
 * Not        = [ "not" ] Term
 * Term       = Comparison | Group
 * Group      = "(" Or ")"
 * Comparison = Value ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) Value | Call | "true" | "false"
 * ```
 */
import { OttlSyntaxError } from '../errors.ts';
import { TokenStream } from './lexer.ts';
import { parseValue } from './parse-value.ts';
import type { ComparisonOperator, ConditionNode } from './syntax-tree.ts';

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
 * A parenthesis may open a sum (`(a + 1) > b`) or a condition (`(a > b)`). Both are tried in this order; of two errors the
 * one that came further is reported.
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
