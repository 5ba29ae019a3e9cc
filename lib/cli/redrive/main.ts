import { createSqsClient } from '../../aws/clients.ts';
import { SystemClock } from '../../aws/system.ts';
import { createCloudFormationClient } from '../stack.ts';
import { runRedrive } from './run-redrive.ts';

let isInterrupted = false;
// The second one ends the process at once, which is safe as well.
process.once('SIGINT', () => {
  isInterrupted = true;
});

process.exitCode = await runRedrive(process.argv.slice(2), {
  sqs: createSqsClient({ requestTimeoutMs: 10_000 }),
  cloudFormation: createCloudFormationClient(),
  clock: new SystemClock(),
  isInterrupted: () => isInterrupted,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
