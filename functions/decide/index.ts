import { Logger } from '@aws-lambda-powertools/logger';
import { randomId } from '../../lib/adapters/random-id.ts';
import { S3TraceArchive } from '../../lib/adapters/s3/s3-trace-archive.ts';
import { createDecide } from '../../lib/pipeline/decide.ts';
import { decide } from '../../lib/sampling/decide.ts';
import { readConfigFile } from '../shared/config-file.ts';
import { requiredVariable } from '../shared/environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { createHandler } from './handler.ts';

const { clock, bucket, s3Client, buffer, wakeUps } = servicesFromEnvironment();
const config = readConfigFile(requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration'));
const archive = new S3TraceArchive({ client: s3Client, bucket, clock });

export const handler = createHandler({
  decide: createDecide({
    buffer,
    archive,
    wakeUps,
    clock,
    newId: randomId,
    evaluate: (trace) => decide(config, trace),
  }),
  log: new Logger({ serviceName: 'tailgate-decide' }),
});
