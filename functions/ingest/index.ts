import { Logger } from '@aws-lambda-powertools/logger';
import { hashFragment } from '../../lib/adapters/fragment-hash.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import { readConfigFile } from '../shared/config-file.ts';
import { optionalVariable, requiredVariable } from '../shared/environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { createHandler } from './handler.ts';
import { createKeyCheck } from './keys.ts';
import { DEFAULT_MAX_BODY_BYTES } from './otlp-http.ts';

const { clock, buffer, wakeUps } = servicesFromEnvironment();
const waits = readConfigFile(requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration'));
const keyHashes = optionalVariable('TAILGATE_KEY_HASHES')?.split(',') ?? [];

export const handler = createHandler({
  ingest: (request) => ingest(request, { buffer, wakeUps, clock, hashFragment }, waits),
  isAuthorized: createKeyCheck(keyHashes.map((hash) => hash.trim())),
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  log: new Logger({ serviceName: 'tailgate-ingest' }),
});
