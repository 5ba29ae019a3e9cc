/**
 * What an expression can change with, from the outside in. One of a resource has the same value for all spans of the
 * resource, one of a span for all events of the span.
 */
export type Level = 'constant' | 'resource' | 'scope' | 'span' | 'spanevent';

const LEVELS: readonly Level[] = ['constant', 'resource', 'scope', 'span', 'spanevent'];

/** Whether an expression of the first level has one value for several of the second. */
export function isAbove(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) < LEVELS.indexOf(other);
}

export function innermost(levels: readonly Level[]): Level {
  return LEVELS.findLast((level) => levels.includes(level)) ?? 'constant';
}
