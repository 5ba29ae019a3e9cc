import { createSsmClient } from '../../lib/adapters/ssm/client.ts';
import { liveConfigFromEnvironment } from '../shared/live-config-from-environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireDecide } from './wire.ts';

const log = createLogger({ verbose: false });

export const handler = wireDecide({
  services: servicesFromEnvironment(),
  // Nobody waits for a decision, so an invocation after a pause waits for the policies of now.
  config: liveConfigFromEnvironment(createSsmClient(), { log, waitFromAgeMs: 60_000 }),
  log,
});
