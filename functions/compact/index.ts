import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { GlueCompactionCatalog } from '../../lib/aws/glue/compaction-catalog.ts';
import { createS3Client, S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { createLogger } from '../shared/logger.ts';
import { signedCallsOf } from '../shared/signed-calls.ts';
import { isSwitchedOn, requiredVariable } from '../shared/variables.ts';
import { createHandler } from './handler.ts';

const clock = new SystemClock();

export const handler = createHandler({
  store: new S3ObjectStore({
    client: createS3Client({ requestTimeoutMs: 30_000 }),
    bucket: requiredVariable(VARIABLES.bucket, 'name of the archive bucket'),
    clock,
    isPatient: true,
  }),
  catalog: new GlueCompactionCatalog({
    databaseName: requiredVariable(VARIABLES.database, 'name of the Glue database of the archive'),
    ...signedCallsOf('glue'),
    clock,
  }),
  codecs: NODE_CODECS,
  clock,
  tenants: isSwitchedOn(VARIABLES.tenants),
  log: createLogger({ verbose: false }),
});
