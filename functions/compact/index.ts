import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { GlueCompactionCatalog } from '../../lib/aws/glue/compaction-catalog.ts';
import { createS3Client, S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { createLogger } from '../shared/logger.ts';
import { isSwitchedOn, optionalVariable, requiredVariable } from '../shared/variables.ts';
import { createHandler } from './handler.ts';

const region = requiredVariable('AWS_REGION', 'region of the Glue database; Lambda sets it');
const regional = `https://glue.${region}.${partition(region).dnsSuffix}`;
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
    region,
    endpoint: optionalVariable('AWS_ENDPOINT_URL_GLUE', optionalVariable('AWS_ENDPOINT_URL', regional)),
    credentials: defaultProvider(),
    clock,
  }),
  codecs: NODE_CODECS,
  clock,
  tenants: isSwitchedOn(VARIABLES.tenants),
  log: createLogger({ verbose: false }),
});
