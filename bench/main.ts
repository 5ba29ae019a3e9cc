/** `npm run bench [-- name …]`: the benches, each in a process of its own. `name:argument` gives a bench its argument. */
import { spawnSync } from 'node:child_process';

const BENCHES = ['regroup', 'decide', 'json-line', 'dictionary', 'pipeline', 'aws-client', 'cold-start', 'command'];
/** Only when asked for: it takes most of an hour, or less with fewer spans than a million (`parquet:100000`). */
const LONG_BENCHES = ['parquet'];

const chosen = process.argv.length > 2 ? process.argv.slice(2) : BENCHES;
const runs = chosen.map((one) => one.split(':'));
const unknown = runs.find(([name = '']) => ![...BENCHES, ...LONG_BENCHES].includes(name));
if (unknown !== undefined) {
  console.error(`there is no bench "${unknown[0]}": choose from ${[...BENCHES, ...LONG_BENCHES].join(', ')}`);
  process.exit(1);
}
for (const [name, ...options] of runs) {
  const { status } = spawnSync(process.execPath, [`bench/${name}.ts`, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
