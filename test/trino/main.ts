// Runs the checks of test/trino on a real Trino, or says why not.
import { existsSync } from 'node:fs';
import { startVitest } from 'vitest/node';
import { findToolchain, TRINO } from './toolchain.ts';
import { installationFolder } from './trino-installation.ts';

const toolchain = findToolchain(process.env);
const folder = installationFolder(process.env);
if (typeof toolchain === 'string') {
  console.log(`SKIPPED: ${toolchain}`);
} else if (toolchain.maven === undefined && !existsSync(folder)) {
  console.log(`SKIPPED: no Maven (command "mvn") to fetch Trino ${TRINO.version} with, and none in ${folder}`);
} else {
  console.log(`Trino ${TRINO.version} on Java ${toolchain.javaMajor} (${toolchain.java})`);
  const vitest = await startVitest('test', process.argv.slice(2), {
    config: 'test/trino/vitest.config.ts',
    watch: false,
  });
  await vitest.close();
}
