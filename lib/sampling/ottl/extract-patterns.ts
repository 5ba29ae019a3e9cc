import type { RE2JS } from 're2js';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import type { OttlMap } from './value.ts';

/** What the named groups of a pattern match, '' for one that takes no part; nothing when the pattern does not match. */
export function extractPatterns(pattern: RE2JS, text: string): OttlMap {
  const names = Object.keys(pattern.namedGroups());
  if (names.length === 0) throw new OttlEvaluationError('ExtractPatterns: the pattern has no named group');
  const matcher = pattern.matcher(text);
  return new Map(matcher.find() ? names.map((name) => [name, matcher.group(name) ?? ''] as const) : []);
}
