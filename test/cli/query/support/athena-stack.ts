import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { AthenaService } from '../../../support/athena-service.ts';
import { startStacks } from '../../../support/stacks.ts';

/** The outputs of a stack without tenants; its archive keeps 30 days. */
const OUTPUTS = { Database: 'tailgate_db', WorkGroup: 'tailgate', Tenants: 'false', RetentionDays: '30' };

/** Stacks `Tailgate` and `Tenants` (which keeps tenants apart), and the Athena that they are asked with, for all tests of a file. */
export function useAthenaStacks(): { readonly athena: AthenaService; readonly environment: Record<string, string> } {
  let athena: AthenaService | undefined;
  let stacks: Awaited<ReturnType<typeof startStacks>> | undefined;
  const environment: Record<string, string> = {};
  beforeAll(async () => {
    athena = await AthenaService.start();
    stacks = await startStacks({ Tailgate: OUTPUTS, Tenants: { ...OUTPUTS, Tenants: 'true' }, Foreign: {} });
    Object.assign(environment, {
      AWS_ENDPOINT_URL_ATHENA: athena.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });
  beforeEach(() => {
    athena?.reset();
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await Promise.all([athena?.stop(), stacks?.stop()]);
  });
  return {
    get athena() {
      if (athena === undefined) throw new Error('not started yet');
      return athena;
    },
    environment,
  };
}
