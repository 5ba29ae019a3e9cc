// Runs the Collector of examples/collector-gateway in front of a Tailgate, or says why not.
import { spawnSync } from 'node:child_process';
import { startVitest } from 'vitest/node';

if (spawnSync('go', ['version']).status !== 0) {
  console.log('SKIPPED: the Collector is built with Go, which is not installed');
} else {
  const vitest = await startVitest('test', process.argv.slice(2), {
    config: 'test/gateway/vitest.config.ts',
    watch: false,
  });
  await vitest.close();
}
