import { hashFragment } from '../../lib/adapters/fragment-hash.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import { readConfigFile } from '../shared/config-file.ts';
import { requiredVariable } from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { createHandler } from './handler.ts';
import { createKeyCheck } from './keys.ts';
import { DEFAULT_MAX_BODY_BYTES } from './otlp-http.ts';
import { RefusalLog } from './refusal-log.ts';

const { clock, buffer, wakeUps } = servicesFromEnvironment();
const waits = readConfigFile(requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration'));
const keyHashes = requiredVariable(
  'TAILGATE_KEY_HASHES',
  'SHA-256 of each ingest key, comma-separated; "none" takes all',
);

const log = createLogger({ verbose: false });

export const handler = createHandler({
  ingest: (request) => ingest(request, { buffer, wakeUps, clock, hashFragment }, waits),
  isAuthorized: createKeyCheck(keyHashes === 'none' ? [] : keyHashes.split(',').map((hash) => hash.trim())),
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  refusals: new RefusalLog(log, () => clock.now()),
  log,
});
