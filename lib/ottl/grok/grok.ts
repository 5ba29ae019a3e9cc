import type { CallArguments } from '../compiler/call-arguments.ts';
import { compileNamedPattern, type NamedPattern, spendOnPattern } from '../compiler/patterns.ts';
import { OttlEvaluationError } from '../errors.ts';
import { parseGoBool, parseGoFloat, parseGoInt } from '../go/parse-numbers.ts';
import type { Getter, OttlMap, OttlValue } from '../runtime/value.ts';
import type { Work } from '../runtime/work.ts';
import patterns from './grok-patterns.json' with { type: 'json' };

const PATTERNS: Readonly<Record<string, string>> = patterns;
const REFERENCE = /%\{(\w+(?::[\w+.]+(?::\w+)?)?)\}/g;

/** As in the Collector, against patterns that refer to themselves. */
const MAX_ROUNDS = 1000;
const MAX_LENGTH = 1_000_000;

/** Stands for a dot, which cannot be in the name of a group. */
const DOT = '___';

export interface ExpandedGrok {
  readonly pattern: string;
  /** What the value of a group is to be, as `int`, by the name of the group. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Writes out `%{NAME}`, `%{NAME:group}` and `%{NAME:group:type}`. A name alone is also its group, unless only named
 * captures are wanted.
 * @throws {RangeError} for a name that is neither defined nor in the tables, and for a pattern without end.
 */
export function expandGrok(
  grok: string,
  definitions: ReadonlyMap<string, string>,
  namedCapturesOnly: boolean,
): ExpandedGrok {
  const types = new Map<string, string>();
  let pattern = grok;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = pattern;
    let length = pattern.length;
    pattern = before.replaceAll(REFERENCE, (reference, inner: string) => {
      const [name = '', target, type] = inner.split(':');
      const group = target === undefined ? name : target.replaceAll('.', DOT);
      if (type !== undefined) types.set(group, type);
      const isUnnamed = namedCapturesOnly && target === undefined;
      const written = `(${isUnnamed ? '' : `?P<${group}>`}${definitionOf(name, definitions)})`;
      length += written.length - reference.length;
      if (length > MAX_LENGTH) throw new RangeError(`the pattern of ${name} has no end`);
      return written;
    });
    if (pattern === before) break;
  }
  return { pattern, types };
}

/** The name of a value, from that of its group. */
export function keyOfGroup(group: string): string {
  return group.replaceAll(DOT, '.');
}

function definitionOf(name: string, definitions: ReadonlyMap<string, string>): string {
  const definition = definitions.get(name) ?? (Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined);
  if (definition === undefined) throw new RangeError(`there is no pattern ${name}`);
  return definition;
}

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

/** A compiled Grok pattern. */
export class GrokMatcher {
  readonly #pattern: NamedPattern;
  readonly #types: ReadonlyMap<string, string>;

  /** @throws {Error} when the pattern cannot be used. */
  constructor({ pattern, types }: ExpandedGrok, namedCapturesOnly: boolean, isOfData: boolean) {
    this.#pattern = compileNamedPattern(pattern, isOfData);
    this.#types = types;
    if (namedCapturesOnly && this.#pattern.groups.length === 0) throw new RangeError('the pattern has no named group');
  }

  /** As that of a {@link NamedPattern}. */
  get stepsPerCharacter(): number {
    return this.#pattern.stepsPerCharacter;
  }

  /**
   * What the groups match, without what is empty; of groups with the same name, the last; nothing when the pattern does not match.
   * @throws {OttlEvaluationError} when a match is not of the type that its group asks for.
   */
  extract(text: string): OttlMap {
    const found = new Map<string, OttlValue>();
    const { regex, groups } = this.#pattern;
    const matcher = regex.matcher(text);
    if (!matcher.find()) return found;
    for (const { name, index } of groups) {
      const match = matcher.group(index);
      if (match === null || match === '') continue;
      found.set(keyOfGroup(name), convert(match, this.#types.get(name) ?? 'string'));
    }
    return found;
  }
}

function convert(text: string, type: string): OttlValue {
  switch (type) {
    case 'string':
      return text;
    case 'int':
    case 'long':
      return parseGoInt(text, 10);
    case 'float':
    case 'double':
      return parseGoFloat(text);
    case 'bool':
    case 'boolean':
      return parseGoBool(text);
    default:
      throw new OttlEvaluationError(`ExtractGrokPatterns: unknown type ${type}`);
  }
}
