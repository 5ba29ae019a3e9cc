import { DECIDE_ROWS } from '../rows/decide.ts';
import { FRAGMENT_ROWS } from '../rows/fragments.ts';
import { FUNCTION_ROWS } from '../rows/functions.ts';
import { ONE_MACHINE_ROWS } from '../rows/one-machine.ts';
import { RECEIVE_ROWS } from '../rows/receive.ts';
import { SOAK_ROWS } from '../rows/soak.ts';
import { WRITE_UNIT_ROWS } from '../rows/write-units.ts';
import type { Row } from './row.ts';

/** The table, in its order. */
export const ROWS: readonly Row[] = [
  ...RECEIVE_ROWS,
  ...DECIDE_ROWS,
  ...FRAGMENT_ROWS,
  ...FUNCTION_ROWS,
  ...WRITE_UNIT_ROWS,
  ...ONE_MACHINE_ROWS,
  ...SOAK_ROWS,
];
