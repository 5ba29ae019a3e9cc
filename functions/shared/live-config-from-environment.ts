import { SystemClock } from '../../lib/aws/node.ts';
import { ConfigReader } from '../../lib/aws/ssm/config-reader.ts';
import type { ParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { requiredVariable } from './environment.ts';
import { LiveConfig, type LiveConfigOptions } from './live-config.ts';

/** The configuration in the parameter that the environment names. Reading it begins at once, with the cold start. */
export function liveConfigFromEnvironment(
  reads: ParameterReads,
  options: Omit<LiveConfigOptions, 'parameter' | 'clock'>,
): LiveConfig {
  const name = requiredVariable('TAILGATE_CONFIG_PARAMETER', 'name of the SSM parameter with the policies');
  const clock = new SystemClock();
  const config = new LiveConfig({
    ...options,
    parameter: new ConfigReader({ reads, name, clock }),
    clock,
  });
  // A failure is reported by the first invocation, which tries again.
  config.current().catch(() => undefined);
  return config;
}
