import type { CallArguments } from '../compiler/call-arguments.ts';
import { spendOnPattern } from '../compiler/patterns.ts';
import type { Getter } from '../operand.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import type { Work } from '../runtime/work.ts';
import { expandGrok } from './expand-grok.ts';
import { GrokMatcher } from './grok.ts';

/** A pattern in quotes is compiled at start; any other whenever it differs from the last one. */
export function grokArgument(args: CallArguments): Getter<GrokMatcher> {
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
    if (last?.text !== text) last = { text, matcher: compile(text, context.work, failEvaluation) };
    return last.matcher;
  };

  /** @param work undefined for a pattern in quotes */
  function compile(text: string, work: Work | undefined, fail: (message: string) => never): GrokMatcher {
    try {
      if (work !== undefined) spendOnPattern(work, text, text.length);
      const expanded = expandGrok(text, definitions, namedCapturesOnly);
      if (work !== undefined) spendOnPattern(work, text, expanded.pattern.length);
      return new GrokMatcher(expanded, namedCapturesOnly, work !== undefined);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Patterns of one's own, each as `NAME=pattern`. */
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

function failEvaluation(message: string): never {
  throw new OttlEvaluationError(`ExtractGrokPatterns: ${message}`);
}
