/**
 * What becomes of a condition that fails: `propagate` makes the policy fail, `ignore` and `silent` go on with the next
 * condition. (The Collector tells the last two apart by a log line.)
 */
export type ErrorMode = 'propagate' | 'ignore' | 'silent';

export const ERROR_MODES: readonly ErrorMode[] = ['propagate', 'ignore', 'silent'];
