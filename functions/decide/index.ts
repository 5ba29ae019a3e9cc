import {
  liveConfigFromEnvironment,
  metricsFromEnvironment,
  parameterReadsFromEnvironment,
  servicesFromEnvironment,
} from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { wireDecide } from './handler.ts';

const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();

export const handler = wireDecide({
  services: servicesFromEnvironment(metrics),
  // No client waits for a decision, so after a pause an invocation waits for the current policies.
  config: liveConfigFromEnvironment(
    {
      reads: parameterReadsFromEnvironment(metrics),
      log,
      onConfigRefused: () => metrics.add('config_refused', 1),
    },
    { waitFromAgeMs: 60_000 },
  ),
  log,
  metrics,
});
