import { compileNamedPattern, type NamedPattern } from '../named-pattern.ts';
import type { Getter } from '../operand.ts';
import { failEvaluation } from '../ottl-evaluation-error.ts';
import type { Work } from '../runtime/work.ts';
import type { CallArguments } from './call-arguments.ts';

/** A pattern in quotes is compiled at start; any other whenever it differs from the last one. */
export function patternArgument(args: CallArguments, name: string): Getter<NamedPattern> {
  const { get, literal } = args.typedText(name);
  if (literal !== undefined) {
    const pattern = compilePattern(literal, false, (message) => args.fail(name, message));
    return () => pattern;
  }
  let last: { text: string; pattern: NamedPattern } | undefined;
  return (context) => {
    const text = get(context);
    if (last?.text !== text) {
      spendOnPattern(context.work, text, text.length);
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

const MAX_PATTERN_LENGTH = 1000;
/** Compiling one character of a pattern takes as long as reading this many. */
const STEPS_TO_COMPILE = 100;

/**
 * For a pattern that is one of the trace, before it is compiled.
 * @param expandedLength of what is to be compiled
 * @throws {OttlEvaluationError} when it is too long
 */
export function spendOnPattern(work: Work, text: string, expandedLength: number): void {
  if (text.length > MAX_PATTERN_LENGTH) {
    const message = `a pattern that is taken from a trace must not be longer than ${MAX_PATTERN_LENGTH} characters`;
    failEvaluation(`${message}, got ${text.length}`);
  }
  work.spend(STEPS_TO_COMPILE * expandedLength);
}
