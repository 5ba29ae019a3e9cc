import { RE2JS } from 're2js';
import { failEvaluation, OttlEvaluationError } from '../errors.ts';
import type { Getter, OttlMap } from '../runtime/value.ts';
import type { Work } from '../runtime/work.ts';
import type { CallArguments } from './call-arguments.ts';

/** What can stand in a pattern: a quotation, an escape, a class of characters, the start of a group. */
const PARTS = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(\w+)>|\((?!\?)/gs;

export interface NamedGroupsOnly {
  readonly pattern: string;
  /** The names as they were, by those in the pattern. */
  readonly originals: ReadonlyMap<string, string>;
}

/**
 * Rewrites a pattern of which only the named groups matter. Go lets several groups have the same name, RE2 does not: all
 * but the first get another one. A group without a name captures nothing any more: each one that does costs time.
 */
export function namedGroupsOnly(pattern: string): NamedGroupsOnly {
  const originals = new Map<string, string>();
  const rewritten = pattern.replaceAll(PARTS, (part, name: string | undefined) => {
    if (name === undefined) return part === '(' ? '(?:' : part;
    let unused = name;
    for (let i = 2; originals.has(unused); i++) unused = `${name}_${i}`;
    originals.set(unused, name);
    return `(?P<${unused}>`;
  });
  return { pattern: rewritten, originals };
}

/** A pattern and its named groups in order, of which several may have the same name. */
export interface NamedPattern {
  readonly regex: RE2JS;
  readonly groups: readonly { readonly name: string; readonly index: number }[];
  /** What a match costs beyond looking at each character once: 0 of a pattern that the data did not choose. */
  readonly stepsPerCharacter: number;
}

/**
 * @param isOfData whether the pattern is one of the trace, and not one of the configuration
 * @throws {Error} when the text is not an RE2 pattern.
 */
export function compileNamedPattern(text: string, isOfData = false): NamedPattern {
  const { pattern, originals } = namedGroupsOnly(text);
  const regex = compile(pattern, text);
  const groups = Object.entries(regex.namedGroups()).map(([name, index]) => ({
    name: originals.get(name) ?? name,
    index: Number(index),
  }));
  const stepsPerCharacter = isOfData ? Math.ceil(text.length / 16) : 0;
  return { regex, groups: groups.toSorted((a, b) => a.index - b.index), stepsPerCharacter };
}

function compile(pattern: string, text: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    // The message is to be about the pattern as it was written.
    RE2JS.compile(text);
    throw error;
  }
}

/** What the named groups of a pattern match, '' for one that takes no part; nothing when the pattern does not match. */
export function extractPatterns({ regex, groups }: NamedPattern, text: string): OttlMap {
  if (groups.length === 0) throw new OttlEvaluationError('ExtractPatterns: the pattern has no named group');
  const matcher = regex.matcher(text);
  return new Map(matcher.find() ? groups.map(({ name, index }) => [name, matcher.group(index) ?? ''] as const) : []);
}

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
