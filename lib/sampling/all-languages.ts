import { RE2JS } from 're2js';
import type { Languages } from './policy.ts';
import { readOttlCondition } from './read-ottl-condition.ts';

/** The languages: an import of this file loads them. */
export const LANGUAGES: Languages = { readOttlCondition, compileRe2: (pattern) => RE2JS.compile(pattern) };
