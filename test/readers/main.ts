// Has the lines of the archive read by OTLP readers that are none of ours, or says why not.
import { startVitest } from 'vitest/node';
import { READERS } from './readers.ts';

const missing = READERS.map((reader) => reader.missing());
for (const [i, reason] of missing.entries()) {
  if (reason !== undefined) console.log(`SKIPPED: ${READERS[i]?.name}: ${reason}`);
}
if (missing.includes(undefined)) {
  const vitest = await startVitest('test', process.argv.slice(2), {
    config: 'test/readers/vitest.config.ts',
    watch: false,
  });
  await vitest.close();
}
