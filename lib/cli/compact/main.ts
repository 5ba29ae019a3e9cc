import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CompactionCatalog } from '../../archive/ports.ts';
import { createS3Client } from '../../aws/clients.ts';
import { GlueCompactionCatalog } from '../../aws/glue/compaction-catalog.ts';
import { SystemClock } from '../../aws/system.ts';
import { interruption } from '../../terminal/interruption.ts';
import { createCloudFormationClient } from '../stack.ts';
import { runCompact } from './run-compact.ts';

// One that is insisted on ends the process at once, which is safe as well.
const stop = interruption(process);
const clock = new SystemClock();
const cloudFormation = createCloudFormationClient();

/** In the account and region of the shell. */
function catalogOf(databaseName: string): CompactionCatalog {
  const region = async () => {
    const name = await cloudFormation.config.region();
    const regional = `https://glue.${name}.${partition(name).dnsSuffix}`;
    const endpoint = process.env['AWS_ENDPOINT_URL_GLUE'] ?? process.env['AWS_ENDPOINT_URL'] ?? regional;
    return new GlueCompactionCatalog({ databaseName, region: name, endpoint, credentials: defaultProvider(), clock });
  };
  return {
    read: async () => (await region()).read(),
    write: async (hours, version) => (await region()).write(hours, version),
  };
}

process.exitCode = await runCompact(process.argv.slice(2), {
  s3: createS3Client({ requestTimeoutMs: 60_000 }),
  cloudFormation,
  catalogOf,
  clock,
  isInterrupted: () => stop.aborted,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
