/** The row of the soak: `npm run test:soak` for a few minutes. An hour is `npm run bench -- soak`. */
import { spawnSync } from 'node:child_process';
import type { Measured, Row } from '../table/row.ts';

const MINUTES = 2.5;
const SPANS_PER_SECOND = 5_000;

export const SOAK_ROWS: readonly Row[] = [
  {
    name: `npm start: memory at the end of ${MINUTES} minutes at ${SPANS_PER_SECOND.toLocaleString('en')} spans/s : after the warm-up`,
    unit: '×',
    floor: 1.1,
    goal: 1.1,
    better: 'lower',
    isLong: true,
    measure: soak,
  },
];

function soak(): Measured {
  const options = ['--minutes', String(MINUTES), '--rate', String(SPANS_PER_SECOND)];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/soak/main.ts', ...options], {
    encoding: 'utf8',
  });
  const ratio = /^memory at the end, by that after the warm-up: ([\d.]+)/m.exec(stdout)?.[1];
  if (status !== 0 || ratio === undefined) throw new Error(`the soak failed:\n${stdout.slice(-1500)}${stderr}`);
  const value = Number(ratio);
  return { value, quartiles: [value, value] };
}
