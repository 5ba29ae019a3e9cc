import { setTimeout } from 'node:timers/promises';
import { createS3Client } from '../../aws/clients.ts';
import { SystemClock } from '../../aws/system.ts';
import { interruption } from '../../terminal/interruption.ts';
import { showProgress } from '../../terminal/progress.ts';
import { createAthenaClient } from '../query/athena/run-query.ts';
import { createCloudFormationClient } from '../stack.ts';
import { InterruptedError } from './otlp-sender.ts';
import { runReplay } from './run-replay.ts';

/** How long requests under way may take once it is to stop. */
const GRACE_MS = 5_000;

/** An object is read while its spans are sent: a connection that is dropped because of a slow receiver is made again. */
const SOCKET_TIMEOUT_MS = 30_000;

const stop = interruption(process, new InterruptedError());
const abort = new AbortController();
stop.addEventListener('abort', () => {
  void setTimeout(GRACE_MS, undefined, { ref: false }).then(() => abort.abort(new InterruptedError()));
});

const terminal = showProgress(process.stderr);

process.exitCode = await runReplay(process.argv.slice(2), {
  s3: () => createS3Client({ socketTimeoutMs: SOCKET_TIMEOUT_MS }),
  cloudFormation: createCloudFormationClient,
  athena: createAthenaClient,
  clock: new SystemClock(),
  random: Math.random,
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
  stop,
  abort: abort.signal,
  print: (line) => console.log(line),
  complain: terminal.complain,
  progress: terminal.progress,
});
