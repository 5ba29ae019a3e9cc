// Reads kept traces with the client of Perses' Tempo plugin, as npm has it, or says why not.
import { spawnSync } from 'node:child_process';
import { startVitest } from 'vitest/node';
import { PERSES } from './packages.ts';

const missing = Object.entries(PERSES).find(
  ([name, version]) => spawnSync('npm', ['view', `${name}@${version}`, 'version']).status !== 0,
);
if (missing !== undefined) {
  console.log(`SKIPPED: npm cannot find ${missing.join('@')}, the client of Perses`);
} else {
  const vitest = await startVitest('test', process.argv.slice(2), {
    config: 'test/perses/vitest.config.ts',
    watch: false,
  });
  await vitest.close();
}
