import {
  authorizeFromEnvironment,
  liveConfigFromEnvironment,
  metricsFromEnvironment,
  parameterReadsFromEnvironment,
} from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireIngest } from './handler.ts';

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
