import { readConfigFile } from '../shared/config-file.ts';
import { requiredVariable } from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { metricsFromEnvironment } from '../shared/metrics-from-environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireDecide } from './wire.ts';

const configFile = requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration');

const metrics = metricsFromEnvironment();

export const handler = wireDecide({
  services: servicesFromEnvironment(metrics),
  config: readConfigFile(configFile).config,
  log: createLogger({ verbose: false }),
  metrics,
});
