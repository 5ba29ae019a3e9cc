import type { CallArguments } from './call-arguments.ts';
import { compileNamedPattern, type NamedPattern } from './named-pattern.ts';
import type { Getter } from './operand.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';

/** A pattern in quotes is compiled at start; any other whenever it differs from the last one. */
export function patternArgument(args: CallArguments, name: string): Getter<NamedPattern> {
  const { get, literal } = args.typedText(name);
  if (literal !== undefined) {
    const pattern = compilePattern(literal, (message) => args.fail(name, message));
    return () => pattern;
  }
  let last: { text: string; pattern: NamedPattern } | undefined;
  return (context) => {
    const text = get(context);
    if (last?.text !== text) last = { text, pattern: compilePattern(text, failEvaluation) };
    return last.pattern;
  };
}

function compilePattern(text: string, fail: (message: string) => never): NamedPattern {
  try {
    return compileNamedPattern(text);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function failEvaluation(message: string): never {
  throw new OttlEvaluationError(message);
}
