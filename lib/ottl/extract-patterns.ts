import type { NamedPattern } from './named-pattern.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import type { OttlMap } from './runtime/value.ts';

/** What the named groups of a pattern match, '' for one that takes no part; nothing when the pattern does not match. */
export function extractPatterns({ regex, groups }: NamedPattern, text: string): OttlMap {
  if (groups.length === 0) throw new OttlEvaluationError('ExtractPatterns: the pattern has no named group');
  const matcher = regex.matcher(text);
  return new Map(matcher.find() ? groups.map(({ name, index }) => [name, matcher.group(index) ?? ''] as const) : []);
}
