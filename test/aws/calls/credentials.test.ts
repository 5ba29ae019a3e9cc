import { setImmediate } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentCredentials, keepCredentials } from '../../../lib/aws/calls/credentials.ts';
import type { AwsCredentials } from '../../../lib/aws/calls/signature.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('environmentCredentials', () => {
  it.each([
    KEYS,
    { ...KEYS, AWS_SESSION_TOKEN: 'token' },
    { ...KEYS, AWS_SESSION_TOKEN: '', AWS_CREDENTIAL_EXPIRATION: '2099-01-01T00:00:00Z' },
  ])('are those that the SDK reads from %o', async (env: Record<string, string>) => {
    const found = await environmentCredentials(env, new ManualClock())();
    for (const name of ['AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION', 'AWS_ACCOUNT_ID', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    // What the SDK tells itself in its user agent.
    const expected = Object.entries(await defaultProvider()()).filter(([name]) => name !== '$source');
    expect(found).toEqual(Object.fromEntries(expected));
  });

  it('are at hand without a promise from the second call on', async () => {
    const credentials = environmentCredentials(KEYS, new ManualClock());
    const first = await credentials();
    expect(credentials()).toBe(first);
  });

  it.each([
    { what: 'keys are missing', env: {} },
    { what: 'a profile is named, which the SDK gives precedence', env: { ...KEYS, AWS_PROFILE: 'other' } },
  ])('are those of the SDK where $what', async ({ env }) => {
    // What the SDK finds is in a shared file, which no test of ours has otherwise.
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_PROFILE', 'other');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', new URL('credentials.ini', import.meta.url).pathname);
    const found = await environmentCredentials(env, new ManualClock())();
    expect(found).toMatchObject({ accessKeyId: 'AKIDOFPROFILE', secretAccessKey: 'secret-of-profile' });
  });
});

describe('keepCredentials', () => {
  const MINUTE_MS = 60_000;

  /** Each fetch gives credentials that are good for an hour. */
  function create() {
    const clock = new ManualClock();
    let fetched = 0;
    const fetches: (() => Promise<AwsCredentials>)[] = [];
    const fetch = async () => {
      fetched += 1;
      const other = fetches.shift();
      if (other !== undefined) return other();
      return {
        accessKeyId: `AKID${fetched}`,
        secretAccessKey: 's',
        expiration: new Date(clock.now() + 60 * MINUTE_MS),
      };
    };
    return { clock, fetches, credentials: keepCredentials(fetch, clock), count: () => fetched };
  }

  it('fetches once for calls at the same time', async () => {
    const { credentials, count } = create();
    await Promise.all([credentials(), credentials(), credentials()]);
    expect(count()).toBe(1);
  });

  it('fetches anew shortly before they expire, and uses the old ones meanwhile', async () => {
    const { clock, credentials, count } = create();
    await credentials();
    clock.advance(54 * MINUTE_MS);
    expect(credentials()).toMatchObject({ accessKeyId: 'AKID1' });
    clock.advance(2 * MINUTE_MS);
    expect(credentials()).toMatchObject({ accessKeyId: 'AKID1' });
    await vi.waitFor(() => expect(credentials()).toMatchObject({ accessKeyId: 'AKID2' }));
    expect(count()).toBe(2);
  });

  it('never uses expired ones', async () => {
    const { clock, credentials } = create();
    await credentials();
    clock.advance(60 * MINUTE_MS);
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKID2' });
  });

  it('fails when expired ones cannot be fetched anew, and tries again at the next call', async () => {
    const { clock, credentials, fetches } = create();
    await credentials();
    const fail = () => Promise.reject(new Error('no role'));
    fetches.push(fail, fail);
    clock.advance(58 * MINUTE_MS);
    // Still good: the failure is nobody's yet.
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKID1' });
    await setImmediate();
    clock.advance(2 * MINUTE_MS);
    await expect(Promise.resolve().then(credentials)).rejects.toThrow('no role');
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKID4' });
  });
});
