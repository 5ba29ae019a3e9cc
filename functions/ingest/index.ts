import { onCompressorFailure } from '../../lib/aws/dynamodb/compressors.ts';
import { NO_KEYS, VARIABLES } from '../../lib/aws/function-contract.ts';
import { KeysReader } from '../../lib/aws/ssm/ingest-keys.ts';
import type { ParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import {
  liveConfigFromEnvironment,
  metricsFromEnvironment,
  parameterReadsFromEnvironment,
  servicesFromEnvironment,
} from '../shared/environment.ts';
import { createLogger, type Log } from '../shared/logger.ts';
import { isSwitchedOn, requiredVariable } from '../shared/variables.ts';
import { wireIngest } from './handler.ts';
import { type Authorize, authorizeAll, StoredKeys } from './keys.ts';

const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();
const reads = parameterReadsFromEnvironment(metrics);
onCompressorFailure((error) =>
  log.warn('compressor failed', { error, effect: 'compressing costs more processor time; nothing is lost' }),
);

export const handler = wireIngest({
  services: servicesFromEnvironment(metrics, { log }),
  config: liveConfigFromEnvironment({ reads, log, onConfigRefused: () => metrics.add('config_refused', 1) }),
  authorize: authorizeFromEnvironment(reads, log),
  log,
  metrics,
});

/** Who may send, according to the environment. Starts to read the keys at once, during the cold start. */
function authorizeFromEnvironment(reads: ParameterReads, log: Log): Authorize {
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
  const keys = new StoredKeys({ parameters: new KeysReader({ reads, path, clock }), clock, log }, { hasTenants });
  void keys.warmUp();
  return (headers) => keys.authorize(headers);
}
