import { OttlSyntaxError } from './errors.ts';
import { parseMath, parseValue } from './parser/parse.ts';
import type { ArgumentNode, CallNode, ValueNode } from './parser/syntax-tree.ts';
import type { TokenStream } from './token-stream.ts';

/**
 * Reads the call of a converter and the indices of its result.
 * @throws {OttlSyntaxError}
 */
export function parseCall(tokens: TokenStream): CallNode {
  const { text: name, from: at } = tokens.next();
  if (!tokens.isNext('(')) tokens.fail(`( after ${name}`);
  if (/^[a-z]/.test(name)) {
    throw new OttlSyntaxError(
      `${name} is no converter: their names start with a capital letter, and a condition changes nothing`,
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

/** Reads indices: `["key"]`, `[0]`, or a path, converter or sum in brackets. */
export function parseKeys(tokens: TokenStream): readonly ValueNode[] {
  const keys: ValueNode[] = [];
  while (tokens.take('[')) {
    keys.push(tokens.nested(() => (tokens.peek().kind === 'string' ? parseValue(tokens) : parseMath(tokens))));
    tokens.expect(']');
  }
  return keys;
}
