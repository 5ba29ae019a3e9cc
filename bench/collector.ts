/** `npm run bench -- collector`: `npm start` beside a Collector, with all that is known of both. Needs Go. */
import { ONE_MACHINE_ROWS } from './rows/one-machine.ts';
import { resultLines } from './table/print-table.ts';
import { FULL } from './table/row.ts';

for (const row of ONE_MACHINE_ROWS.filter(({ name }) => name.includes('Collector'))) {
  console.log(resultLines({ row, measured: await row.measure(FULL) }));
}
