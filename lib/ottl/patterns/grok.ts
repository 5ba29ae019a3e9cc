/**
 * Grok patterns: regular expressions with names for their parts, as `%{IP:client}` (`ExtractGrokPatterns`). Names,
 * types and dots in groups are those of elastic/go-grok, which the Collector uses; `README.md` tells where the library
 * of patterns comes from.
 */

import { OttlEvaluationError } from '../errors.ts';
import { parseGoBool, parseGoFloat, parseGoInt } from '../go/parse-numbers.ts';
import type { OttlMap, OttlValue } from '../runtime/value.ts';
import patterns from './grok-patterns.json' with { type: 'json' };
import { compileNamedPattern, type NamedPattern } from './named-pattern.ts';

const PATTERNS: Readonly<Record<string, string>> = patterns;
const REFERENCE = /%\{(\w+(?::[\w+.]+(?::\w+)?)?)\}/g;

/** Rounds of expansion, as in the Collector: patterns may refer to themselves. */
const MAX_ROUNDS = 1000;
const MAX_LENGTH = 1_000_000;

/** Stands for a dot in the name of a group, where RE2 does not allow one. */
const DOT = '___';

/** A compiled Grok pattern. */
export class GrokMatcher {
  readonly #pattern: NamedPattern;
  readonly #types: ReadonlyMap<string, string>;

  /**
   * @param isOfData whether the pattern comes from the trace instead of the configuration
   * @throws {Error} when the pattern cannot be used
   */
  constructor({ pattern, types }: ExpandedGrok, namedCapturesOnly: boolean, isOfData: boolean) {
    this.#pattern = compileNamedPattern(pattern, isOfData);
    this.#types = types;
    if (namedCapturesOnly && this.#pattern.groups.length === 0) throw new RangeError('the pattern has no named group');
  }

  /** As {@link NamedPattern.stepsPerCharacter}. */
  get stepsPerCharacter(): number {
    return this.#pattern.stepsPerCharacter;
  }

  /**
   * The values of the groups that match something; of groups with the same name the last one. An empty map when the
   * pattern does not match.
   * @throws {OttlEvaluationError} when a match cannot be converted to the type of its group
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

export interface ExpandedGrok {
  readonly pattern: string;
  /** The type that a group's value is converted to, such as `int`, by the name of the group. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Expands the references `%{NAME}`, `%{NAME:group}` and `%{NAME:group:type}` to an RE2 pattern. In `%{NAME}` the name
 * is also the group, unless `namedCapturesOnly` is set.
 *
 * @param definitions patterns of the author's own, by name; they come before those of the library
 * @throws {RangeError} for an unknown name, and for a pattern that grows without end
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

function definitionOf(name: string, definitions: ReadonlyMap<string, string>): string {
  const definition = definitions.get(name) ?? (Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined);
  if (definition === undefined) throw new RangeError(`there is no pattern ${name}`);
  return definition;
}

function keyOfGroup(group: string): string {
  return group.replaceAll(DOT, '.');
}
