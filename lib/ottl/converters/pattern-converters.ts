import { failEvaluation, OttlEvaluationError } from '../errors.ts';
import { expandGrok, GrokMatcher } from '../patterns/grok.ts';
import { compileNamedPattern, extractPatterns, type NamedPattern, spendOnPattern } from '../patterns/named-pattern.ts';
import type { Getter } from '../runtime/context.ts';
import type { Work } from '../runtime/work.ts';
import type { CallArguments } from './call-arguments.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters with a regular expression or a Grok pattern. */
export const PATTERN_CONVERTERS: readonly ConverterDefinition[] = [
  /**
   * `IsMatch("GET /cart/7", "^GET /cart/[0-9]+$")`
   *
   * The pattern is RE2 and matches anywhere in the text; nil matches nothing.
   */
  {
    name: 'IsMatch',
    parameters: ['Target', 'Pattern'],
    create(args) {
      const target = args.textLike('Target');
      const getPattern = patternArgument(args, 'Pattern');
      return (context) => {
        const pattern = getPattern(context);
        const text = target(context);
        if (text === null) return false;
        context.work.spend(text.length * pattern.stepsPerCharacter);
        return pattern.regex.test(text);
      };
    },
  },
  /**
   * `ExtractPatterns("GET /cart", "^(?P<verb>[A-Z]+) ")["verb"] == "GET"`
   *
   * A pattern without named groups is an error. A group that takes no part in the match is an empty string.
   */
  {
    name: 'ExtractPatterns',
    parameters: ['Target', 'Pattern'],
    create(args) {
      const target = args.text('Target');
      const getPattern = patternArgument(args, 'Pattern');
      return (context) => {
        const pattern = getPattern(context);
        const text = target(context);
        context.work.spend(text.length * pattern.stepsPerCharacter);
        return extractPatterns(pattern, text);
      };
    },
  },
  /**
   * `ExtractGrokPatterns("took 15ms", "took %{INT:ms:int}ms")["ms"] == 15`
   *
   * `NamedCapturesOnly` leaves out groups without a name of their own. Groups get the types that the pattern names, and
   * empty groups are left out.
   */
  {
    name: 'ExtractGrokPatterns',
    parameters: ['Target', 'Pattern'],
    optional: ['NamedCapturesOnly', 'PatternDefinitions'],
    create(args) {
      const target = args.text('Target');
      const getMatcher = grokArgument(args);
      return (context) => {
        const matcher = getMatcher(context);
        const text = target(context);
        context.work.spend(text.length * matcher.stepsPerCharacter);
        return matcher.extract(text);
      };
    },
  },
];

/** A literal pattern is compiled at start, any other one whenever it differs from the last. */
function patternArgument(args: CallArguments, name: string): Getter<NamedPattern> {
  const { get, literal } = args.typedText(name);
  if (literal !== undefined) {
    const pattern = compilePattern(literal, false, (message) => args.fail(name, message));
    return () => pattern;
  }
  let last: { text: string; pattern: NamedPattern } | undefined;
  return (context) => {
    const text = get(context);
    if (last?.text !== text) {
      spendOnPattern(context.work, text);
      last = { text, pattern: compilePattern(text, true, failEvaluation) };
    }
    return last.pattern;
  };
}

function compilePattern(text: string, isOfData: boolean, fail: (message: string) => never): NamedPattern {
  try {
    return compileNamedPattern(text, isOfData);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** As {@link patternArgument}, for the pattern and the definitions of `ExtractGrokPatterns`. */
function grokArgument(args: CallArguments): Getter<GrokMatcher> {
  const { get, literal } = args.typedText('Pattern');
  const definitions = definitionsArgument(args);
  const namedCapturesOnly = args.literalBool('NamedCapturesOnly') ?? false;
  if (literal !== undefined) {
    const matcher = compile(literal, undefined, (message) => args.fail('Pattern', message));
    return () => matcher;
  }
  let last: { text: string; matcher: GrokMatcher } | undefined;
  return (context) => {
    const text = get(context);
    if (last?.text !== text) last = { text, matcher: compile(text, context.work, failGrok) };
    return last.matcher;
  };

  /** @param work undefined for a literal pattern */
  function compile(text: string, work: Work | undefined, fail: (message: string) => never): GrokMatcher {
    try {
      if (work !== undefined) spendOnPattern(work, text);
      const expanded = expandGrok(text, definitions, namedCapturesOnly);
      if (work !== undefined) spendOnPattern(work, text, expanded.pattern);
      return new GrokMatcher(expanded, namedCapturesOnly, work !== undefined);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The author's own patterns, each as `NAME=pattern`. */
function definitionsArgument(args: CallArguments): ReadonlyMap<string, string> {
  const definitions = args.literalTexts('PatternDefinitions') ?? [];
  return new Map(
    definitions.map((definition) => {
      const at = definition.indexOf('=');
      const name = definition.slice(0, at);
      if (at < 0) args.fail('PatternDefinitions', `expected NAME=pattern, got ${JSON.stringify(definition)}`);
      if (name.includes(':')) args.fail('PatternDefinitions', `a name must not have a colon, got ${name}`);
      return [name, definition.slice(at + 1)] as const;
    }),
  );
}

function failGrok(message: string): never {
  throw new OttlEvaluationError(`ExtractGrokPatterns: ${message}`);
}
