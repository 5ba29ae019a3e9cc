// Installs the packages into empty projects, as their users do, and uses them there: on Node.js 22 and 24, without a network once
// they are installed.
import { startVitest } from 'vitest/node';

const vitest = await startVitest('test', process.argv.slice(2), {
  config: 'test/packages/vitest.config.ts',
  watch: false,
});
await vitest.close();
