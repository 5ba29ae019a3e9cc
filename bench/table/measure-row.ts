// Measures one row, in this process of its own, and prints it as a line of JSON: `node bench/table/measure-row.ts NAME`.
import { FULL } from './row.ts';
import { ROWS } from './rows.ts';

const row = ROWS.find(({ name }) => name === process.argv[2]);
if (row === undefined) throw new Error(`there is no row "${process.argv[2]}"`);
console.log(JSON.stringify(await row.measure(FULL)));
