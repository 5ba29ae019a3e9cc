import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NO_KEYS, VARIABLES } from '../../lib/aws/function-contract.ts';
import { meterParameterReads } from '../../lib/aws/meter-calls.ts';
import { ConfigReader } from '../../lib/aws/ssm/config-parameter.ts';
import { KeysReader } from '../../lib/aws/ssm/ingest-keys.ts';
import { type ParameterReads, SignedParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metric-catalogue.ts';
import { type Authorize, authorizeAll, StoredKeys } from '../ingest/keys.ts';
import { LiveConfig, type LiveConfigOptions } from './live-config.ts';
import type { Log } from './logger.ts';
import { EmfMetrics } from './metrics.ts';
import { isSwitchedOn, optionalVariable, requiredVariable } from './variables.ts';

/** The configuration in the parameter that the environment names. Reading it begins at once, with the cold start. */
export function liveConfigFromEnvironment(
  reads: ParameterReads,
  options: Omit<LiveConfigOptions, 'parameter' | 'clock'>,
): LiveConfig {
  const name = requiredVariable(VARIABLES.configParameter, 'name of the SSM parameter with the policies');
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

/** Those of the pipeline that the function belongs to. */
export function metricsFromEnvironment(): EmfMetrics {
  return new EmfMetrics(optionalVariable(VARIABLES.pipeline, 'tailgate'));
}

/** The variables that Lambda sets, and those by which the clients of the SDK find a service that is somewhere else. */
export function parameterReadsFromEnvironment(metrics: Metrics): ParameterReads {
  const region = requiredVariable('AWS_REGION', 'region of the SSM parameters; Lambda sets it');
  const regional = `https://ssm.${region}.${partition(region).dnsSuffix}`;
  const endpoint = optionalVariable('AWS_ENDPOINT_URL_SSM', optionalVariable('AWS_ENDPOINT_URL', regional));
  const reads = new SignedParameterReads({ region, endpoint, credentials: defaultProvider() });
  return meterParameterReads(reads, metrics);
}

/** Who may send, as the environment has it. Reading the keys begins at once, with the cold start. */
export function authorizeFromEnvironment(reads: ParameterReads, log: Log): Authorize {
  const path = requiredVariable(
    VARIABLES.keysPath,
    `SSM path of the ingest keys; "${NO_KEYS}" takes spans without a key`,
  );
  const hasTenants = isSwitchedOn(VARIABLES.tenants);
  if (path === NO_KEYS) {
    if (hasTenants) {
      throw new Error(`${VARIABLES.keysPath} is "${NO_KEYS}" and ${VARIABLES.tenants} is on: tenants come from keys`);
    }
    return authorizeAll;
  }
  const clock = new SystemClock();
  const keys = new StoredKeys({ parameters: new KeysReader({ reads, path, clock }), hasTenants, clock, log });
  void keys.warmUp();
  return (headers) => keys.authorize(headers);
}
