import { requiredVariable } from '../shared/environment.ts';
import { liveConfigFromEnvironment } from '../shared/live-config-from-environment.ts';
import { createLogger } from '../shared/logger.ts';
import { metricsFromEnvironment } from '../shared/metrics-from-environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireIngest } from './wire.ts';

const keyHashes = requiredVariable(
  'TAILGATE_KEY_HASHES',
  'SHA-256 of each ingest key, comma-separated; "none" takes all',
);
const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();

export const handler = wireIngest({
  services: servicesFromEnvironment(metrics),
  config: liveConfigFromEnvironment({ log, metrics }),
  keyHashes: keyHashes === 'none' ? [] : keyHashes.split(',').map((hash) => hash.trim()),
  log,
  metrics,
});
