import { liveConfigFromEnvironment } from '../shared/live-config-from-environment.ts';
import { createLogger } from '../shared/logger.ts';
import { metricsFromEnvironment } from '../shared/metrics-from-environment.ts';
import { parameterReadsFromEnvironment } from '../shared/parameter-reads-from-environment.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { authorizeFromEnvironment } from './authorize-from-environment.ts';
import { wireIngest } from './wire.ts';

const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();
const parameters = parameterReadsFromEnvironment(metrics);

export const handler = wireIngest({
  services: servicesFromEnvironment(metrics),
  config: liveConfigFromEnvironment(parameters, { log, onConfigRefused: () => metrics.add('config_refused', 1) }),
  authorize: authorizeFromEnvironment(parameters, log),
  log,
  metrics,
});
