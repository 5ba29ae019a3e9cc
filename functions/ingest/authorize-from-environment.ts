import { SystemClock } from '../../lib/aws/node.ts';
import { KeysReader } from '../../lib/aws/ssm/keys-reader.ts';
import type { ParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { isSwitchedOn, requiredVariable } from '../shared/environment.ts';
import type { Log } from '../shared/log.ts';
import { type Authorize, authorizeAll } from './keys.ts';
import { StoredKeys } from './stored-keys.ts';

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
