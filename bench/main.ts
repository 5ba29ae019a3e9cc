/** `npm run bench [-- name …]`: the benches, each in a process of its own. */
import { spawnSync } from 'node:child_process';

const BENCHES = ['regroup', 'decide', 'json-line', 'dictionary', 'pipeline', 'parquet'];

const chosen = process.argv.length > 2 ? process.argv.slice(2) : BENCHES;
const unknown = chosen.find((name) => !BENCHES.includes(name));
if (unknown !== undefined) {
  console.error(`there is no bench "${unknown}": choose from ${BENCHES.join(', ')}`);
  process.exit(1);
}
for (const name of chosen) {
  const { status } = spawnSync(process.execPath, [`bench/${name}.ts`], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
