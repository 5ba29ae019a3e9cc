import { DECIDE_ROWS } from '../rows/decide.ts';
import { RECEIVE_ROWS } from '../rows/receive.ts';
import type { Row } from './row.ts';

/** The table, in its order. */
export const ROWS: readonly Row[] = [...RECEIVE_ROWS, ...DECIDE_ROWS];
