import { requiredVariable } from '../shared/environment.ts';
import { liveConfigFromEnvironment } from '../shared/live-config-from-environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireIngest } from './wire.ts';

const keyHashes = requiredVariable(
  'TAILGATE_KEY_HASHES',
  'SHA-256 of each ingest key, comma-separated; "none" takes all',
);
const log = createLogger({ verbose: false });

export const handler = wireIngest({
  services: servicesFromEnvironment(),
  config: liveConfigFromEnvironment({ log }),
  keyHashes: keyHashes === 'none' ? [] : keyHashes.split(',').map((hash) => hash.trim()),
  log,
});
