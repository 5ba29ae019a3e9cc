import { SystemClock } from '../../lib/adapters/clock.ts';
import { createSsmClient } from '../../lib/adapters/ssm/client.ts';
import { ConfigParameter } from '../../lib/adapters/ssm/config-parameter.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import { requiredVariable } from './environment.ts';
import { LiveConfig, type LiveConfigOptions } from './live-config.ts';

export interface EnvironmentConfigOptions extends Omit<LiveConfigOptions, 'parameter' | 'clock' | 'onConfigRefused'> {
  readonly metrics: Metrics;
}

/** The configuration in the parameter that the environment names. Reading it begins at once, with the cold start. */
export function liveConfigFromEnvironment({ metrics, ...options }: EnvironmentConfigOptions): LiveConfig {
  const name = requiredVariable('TAILGATE_CONFIG_PARAMETER', 'name of the SSM parameter with the policies');
  const clock = new SystemClock();
  const config = new LiveConfig({
    ...options,
    parameter: new ConfigParameter({ client: createSsmClient(), name, clock }),
    clock,
    onConfigRefused: () => metrics.add('config_refused', 1),
  });
  // A failure is reported by the first invocation, which tries again.
  config.current().catch(() => undefined);
  return config;
}
