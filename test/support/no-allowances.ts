import type { Allowances } from '../../lib/sampling/limits.ts';

/** Nothing is left of any limit, and nothing is known of any key. */
export const NO_ALLOWANCES: Allowances = { take: () => false, shareOf: ({ goal }) => goal };
