/** Regular expressions of OTTL: the syntax of RE2, which matches in linear time, and named groups. */
import { RE2JS } from 're2js';
import { failEvaluation, OttlEvaluationError } from '../errors.ts';
import type { OttlMap } from '../runtime/value.ts';
import type { Work } from '../runtime/work.ts';
import { patternSize } from './pattern-size.ts';

/** A compiled RE2 pattern and its named groups in order. Several groups may have the same name, as in Go. */
export interface NamedPattern {
  readonly regex: RE2JS;
  readonly groups: readonly { readonly name: string; readonly index: number }[];
  /**
   * Work that a match takes for each character of the text, besides reading it once. 0 for a pattern of the
   * configuration: the sender of a trace cannot choose it.
   */
  readonly stepsPerCharacter: number;
}

/**
 * @param isOfData whether the pattern comes from the trace instead of the configuration
 * @throws {Error} when the text is not an RE2 pattern
 */
export function compileNamedPattern(text: string, isOfData = false): NamedPattern {
  const { pattern, originals } = namedGroupsOnly(text);
  const regex = compile(pattern, text);
  const groups = Object.entries(regex.namedGroups()).map(([name, index]) => ({
    name: originals.get(name) ?? name,
    index: Number(index),
  }));
  const stepsPerCharacter = isOfData ? Math.ceil(Math.max(text.length, regex.programSize()) / 16) : 0;
  return { regex, groups: groups.toSorted((a, b) => a.index - b.index), stepsPerCharacter };
}

function compile(pattern: string, text: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    // Fails with a message about the pattern as its author wrote it.
    RE2JS.compile(text);
    throw error;
  }
}

/** What the named groups match: '' for a group that takes no part, an empty map when the pattern does not match. */
export function extractPatterns({ regex, groups }: NamedPattern, text: string): OttlMap {
  if (groups.length === 0) throw new OttlEvaluationError('ExtractPatterns: the pattern has no named group');
  const matcher = regex.matcher(text);
  return new Map(matcher.find() ? groups.map(({ name, index }) => [name, matcher.group(index) ?? ''] as const) : []);
}

/** The parts of a pattern that are not plain characters: quotations, escapes, character classes, starts of groups. */
const PARTS = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(\w+)>|\((?!\?)/gs;

interface NamedGroupsOnly {
  readonly pattern: string;
  /** The original name of each group, by its name in the rewritten pattern. */
  readonly originals: ReadonlyMap<string, string>;
}

/**
 * Rewrites a pattern for a caller that wants only its named groups. Groups without a name no longer capture, because
 * each capture costs time. In Go, several groups may have the same name, in RE2JS not: all but the first are renamed.
 */
function namedGroupsOnly(pattern: string): NamedGroupsOnly {
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

const MAX_PATTERN_LENGTH = 1000;

/** Compiling one character of a pattern takes about as long as reading this many. */
const STEPS_TO_COMPILE = 100;

/**
 * Counts the work of compiling a pattern that comes from the trace. To be called before compiling it.
 *
 * @param text the pattern as it is in the trace
 * @param expanded the text that will be compiled
 * @throws {OttlEvaluationError} when the pattern is longer than {@link MAX_PATTERN_LENGTH}, or the work is spent
 */
export function spendOnPattern(work: Work, text: string, expanded = text): void {
  if (text.length > MAX_PATTERN_LENGTH) {
    const message = `a pattern that is taken from a trace must not be longer than ${MAX_PATTERN_LENGTH} characters`;
    failEvaluation(`${message}, got ${text.length}`);
  }
  work.spend(STEPS_TO_COMPILE * Math.max(expanded.length, patternSize(expanded)));
}
