import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
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

/** Those of the pipeline that the function belongs to. */
export function metricsFromEnvironment(): EmfMetrics {
  return new EmfMetrics(optionalVariable('TAILGATE_PIPELINE', 'tailgate'));
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
  const path = requiredVariable('TAILGATE_KEYS_PATH', 'SSM path of the ingest keys; "none" takes spans without a key');
  const hasTenants = isSwitchedOn('TAILGATE_TENANTS');
  if (path === 'none') {
    if (hasTenants) throw new Error('TAILGATE_KEYS_PATH is "none" and TAILGATE_TENANTS is on: tenants come from keys');
    return authorizeAll;
  }
  const clock = new SystemClock();
  const keys = new StoredKeys({ parameters: new KeysReader({ reads, path, clock }), hasTenants, clock, log });
  void keys.warmUp();
  return (headers) => keys.authorize(headers);
}

/** The only place that reads the environment of a function. */

/** @throws {Error} when the variable is not set, naming it and what it is for */
export function requiredVariable(name: string, meaning: string): string {
  const value = process.env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set: ${meaning}`);
  return value;
}

/** A variable that is `1`, or not set. @throws {Error} when it is anything else */
export function isSwitchedOn(name: string): boolean {
  const value = process.env[name]?.trim() ?? '';
  if (value === '' || value === '1') return value === '1';
  throw new Error(`environment variable ${name} is "${value}": expected 1, or nothing`);
}

/** The variable, or `otherwise` where it is not set. */
export function optionalVariable(name: string, otherwise: string): string {
  return process.env[name]?.trim() || otherwise;
}
