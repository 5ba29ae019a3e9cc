/**
 * `npm run bench -- --table [--write] [text …]`: the rows with a floor, or those whose name contains a text.
 * `npm run bench [-- name …]`: what no row measures, each in a process of its own. `name:argument` gives a bench its argument.
 */
import { spawnSync } from 'node:child_process';
import { runTable } from './table/run-table.ts';

const BENCHES = ['fragments', 'compression', 'aws-client', 'cold-start', 'command'];
/**
 * Only when asked for. `read` takes ten minutes, or less with fewer traces (`read:10000`); `first-search` measures the first search of
 * the deployed read function (`first-search:20000:5`, traces and rounds); `parquet` takes most of an hour, or less with fewer spans than a million (`parquet:100000`); `soak` an hour,
 * or so many minutes (`soak:5`); `collector` needs Go; `profile` tells where the handlers spend their time; `span-buffer` compares
 * the buffers of one machine; `restart` is a start with a million waiting spans; `line-parts` tells what a JSON line is made of.
 */
const LONG_BENCHES = [
  'parquet',
  'read',
  'first-search',
  'soak',
  'collector',
  'profile',
  'span-buffer',
  'restart',
  'line-parts',
];

const args = process.argv.slice(2);
if (args[0] === '--table') {
  const write = args.includes('--write');
  const texts = args.filter((arg) => !arg.startsWith('--'));
  process.exit((await runTable(texts, { write })) ? 0 : 1);
}
const chosen = args.length > 0 ? args : BENCHES;
const runs = chosen.map((one) => one.split(':'));
const unknown = runs.find(([name = '']) => ![...BENCHES, ...LONG_BENCHES].includes(name));
if (unknown !== undefined) {
  console.error(
    `there is no bench "${unknown[0]}": choose from ${[...BENCHES, ...LONG_BENCHES].join(', ')}, or --table`,
  );
  process.exit(1);
}
for (const [name, ...options] of runs) {
  const { status } = spawnSync(process.execPath, [`bench/${name}.ts`, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
