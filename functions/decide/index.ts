import {
  liveConfigFromEnvironment,
  metricsFromEnvironment,
  parameterReadsFromEnvironment,
} from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { servicesFromEnvironment } from '../shared/services.ts';
import { wireDecide } from './handler.ts';

const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();

export const handler = wireDecide({
  services: servicesFromEnvironment(metrics),
  // Nobody waits for a decision, so an invocation after a pause waits for the policies of now.
  config: liveConfigFromEnvironment(parameterReadsFromEnvironment(metrics), {
    log,
    onConfigRefused: () => metrics.add('config_refused', 1),
    waitFromAgeMs: 60_000,
  }),
  log,
  metrics,
});
