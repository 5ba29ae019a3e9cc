import type { Allowances } from '../../lib/sampling/limit.ts';

/** Nothing is left of any limit. */
export const NO_ALLOWANCES: Allowances = { take: () => false };
