import { AthenaClient } from '@aws-sdk/client-athena';

/** Of throttled calls. Athena limits how many queries an account runs at once. */
const MAX_ATTEMPTS = 5;

/** In the account and region of the shell. */
export function createAthenaClient(): AthenaClient {
  return new AthenaClient({ maxAttempts: MAX_ATTEMPTS });
}
