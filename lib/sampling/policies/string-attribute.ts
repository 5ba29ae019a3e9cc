import type { OptionsReader } from '../config/options-reader.ts';
import type { Languages, Pattern, PolicyDefinition } from '../policy.ts';
import { quotedOr } from '../policy-summary.ts';
import {
  attributePolicy,
  INVERT_MATCH_OPTION,
  KEY_OPTION,
  type MatchesValue,
  readAttributeOptions,
} from './attribute-match.ts';

const DEFAULT_CACHE_SIZE = 128;
/** Longer values are matched each time, so that the cache stays small. */
const MAX_REMEMBERED_LENGTH = 1000;

type MatchesText = (text: string) => boolean;

/**
 * `string_attribute`: keeps a trace with the attribute equal to one of `values`, or with `enabled_regex_matching`
 * matched anywhere by one of them (RE2 syntax, linear time). Each policy caches `cache_max_size` results.
 *
 * A value that is not a string counts as the empty string. On a span it never matches; on a resource the patterns see
 * it, so `.*` matches it.
 */
export const stringAttribute = {
  type: 'string_attribute',
  isCombinator: false,
  options: [
    KEY_OPTION,
    { key: 'values', type: 'list of strings', default: '[]', meaning: 'the values that match, or the patterns' },
    {
      key: 'enabled_regex_matching',
      type: 'boolean',
      default: 'false',
      meaning: '`values` are patterns in RE2 syntax that match anywhere in the value',
    },
    {
      key: 'cache_max_size',
      type: 'whole number',
      default: '128',
      meaning: 'how many results of patterns are cached; no effect on decisions',
    },
    INVERT_MATCH_OPTION,
  ],
  parse(options, context) {
    const attribute = readAttributeOptions(options, context);
    const values = options.strings('values');
    const isRegex = options.boolean('enabled_regex_matching');
    const cacheMaxSize = Number(options.int64('cache_max_size'));
    if (values.length === 0 && !options.failed) options.warn('values', 'is empty: no value matches');

    const matches = isRegex
      ? remembering(
          anyPattern(values, options, context.languages()),
          cacheMaxSize > 0 ? cacheMaxSize : DEFAULT_CACHE_SIZE,
        )
      : equalsAny(values, options);
    const matchesValue: MatchesValue = (value, owner) => {
      const text = typeof value === 'string' ? value : '';
      return (text !== '' || owner === 'resource') && matches(text);
    };
    const words = `${isRegex ? 'matching' : 'equal to'} ${quotedOr(values)}`;
    return attributePolicy(context.name, 'string_attribute', attribute, matchesValue, words);
  },
} as const satisfies PolicyDefinition;

function equalsAny(values: readonly string[], options: OptionsReader): MatchesText {
  const wanted = new Set(values);
  if (wanted.delete('') && !options.hasFailed('values')) options.warn('values', 'an empty string matches nothing');
  return (text) => wanted.has(text);
}

function anyPattern(values: readonly string[], options: OptionsReader, { compileRe2 }: Languages): MatchesText {
  const patterns: Pattern[] = [];
  for (const [i, value] of values.entries()) {
    try {
      patterns.push(compileRe2(value));
    } catch (error) {
      options.error(['values', i], error instanceof Error ? error.message : String(error));
    }
  }
  return (text) => patterns.some((pattern) => pattern.test(text));
}

/**
 * Caches results, because most traces have the same few values, and a lookup is far cheaper than a match. A full cache
 * is emptied.
 */
function remembering(matches: MatchesText, maxSize: number): MatchesText {
  const known = new Map<string, boolean>();
  let lastText: string | undefined;
  let lastAnswer = false;
  return (text) => {
    if (text === lastText) return lastAnswer;
    if (text.length > MAX_REMEMBERED_LENGTH) return matches(text);
    let answer = known.get(text);
    if (answer === undefined) {
      answer = matches(text);
      if (known.size >= maxSize) known.clear();
      known.set(text, answer);
    }
    lastText = text;
    lastAnswer = answer;
    return answer;
  };
}
