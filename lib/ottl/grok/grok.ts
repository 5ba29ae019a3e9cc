import { parseGoBool, parseGoFloat, parseGoInt } from '../go/parse-numbers.ts';
import { compileNamedPattern, type NamedPattern } from '../named-pattern.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import type { OttlMap, OttlValue } from '../runtime/value.ts';
import { type ExpandedGrok, keyOfGroup } from './expand-grok.ts';

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
