import { createSsmClient } from '../../lib/adapters/ssm/client.ts';
import { liveConfigFromEnvironment } from '../shared/live-config-from-environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { authorizeFromEnvironment } from './authorize-from-environment.ts';
import { wireIngest } from './wire.ts';

const log = createLogger({ verbose: false });
const ssm = createSsmClient();

export const handler = wireIngest({
  services: servicesFromEnvironment(),
  config: liveConfigFromEnvironment(ssm, { log }),
  authorize: authorizeFromEnvironment(ssm, log),
  log,
});
