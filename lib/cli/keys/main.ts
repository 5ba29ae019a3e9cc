import { createSsmClient } from '../../aws/clients.ts';
import { SystemClock } from '../../aws/system.ts';
import { createCloudFormationClient } from '../stack.ts';
import { runKeys } from './run-keys.ts';

process.exitCode = await runKeys(process.argv.slice(2), {
  ssm: createSsmClient(),
  cloudFormation: createCloudFormationClient(),
  clock: new SystemClock(),
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
