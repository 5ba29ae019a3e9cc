import { setTimeout as sleep } from 'node:timers/promises';
import { interruption } from '../../terminal/interruption.ts';
import { standardOutput } from '../../terminal/output.ts';
import { progressLine } from '../../terminal/progress.ts';
import { runQuery } from './run-query.ts';

process.exitCode = await runQuery(process.argv.slice(2), {
  output: standardOutput(process.stdout),
  complain: (line) => console.error(line),
  progress: progressLine(process.stderr),
  interruption: () => interruption(process),
  pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
});
