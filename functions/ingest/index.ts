import { readConfigFile } from '../shared/config-file.ts';
import { requiredVariable } from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { metricsFromEnvironment } from '../shared/metrics-from-environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireIngest } from './wire.ts';

const keyHashes = requiredVariable(
  'TAILGATE_KEY_HASHES',
  'SHA-256 of each ingest key, comma-separated; "none" takes all',
);
const configFile = requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration');

const metrics = metricsFromEnvironment();

export const handler = wireIngest({
  services: servicesFromEnvironment(metrics),
  waits: readConfigFile(configFile).config,
  keyHashes: keyHashes === 'none' ? [] : keyHashes.split(',').map((hash) => hash.trim()),
  log: createLogger({ verbose: false }),
  metrics,
});
