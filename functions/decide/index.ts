import { readConfigFile } from '../shared/config-file.ts';
import { requiredVariable } from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireDecide } from './wire.ts';

const configFile = requiredVariable('TAILGATE_CONFIG_FILE', 'path of the tail_sampling configuration');

export const handler = wireDecide({
  services: servicesFromEnvironment(),
  config: readConfigFile(configFile).config,
  log: createLogger({ verbose: false }),
});
