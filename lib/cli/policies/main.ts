import { readFileSync } from 'node:fs';
import { createSsmClient } from '../../aws/clients.ts';
import { createCloudFormationClient } from '../stack.ts';
import { runPolicies } from './run-policies.ts';

process.exitCode = await runPolicies(process.argv.slice(2), {
  ssm: createSsmClient(),
  cloudFormation: createCloudFormationClient(),
  read: (file) => readFileSync(file === '-' ? 0 : file),
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
