import type { Clock } from '../../pipeline/ports.ts';
import type { AwsCredentials } from './signature.ts';

/** Gives the credentials to sign with now. Without a promise where they are at hand, which they are for nearly every call. */
export type CredentialSource = () => AwsCredentials | Promise<AwsCredentials>;

export function toCredentialSource(credentials: AwsCredentials | CredentialSource): CredentialSource {
  return typeof credentials === 'function' ? credentials : () => credentials;
}

/** As in the SDK: credentials with less time than this are fetched anew, and are used until the new ones are there. */
const REFRESH_BEFORE_MS = 5 * 60_000;

/** Keeps credentials until shortly before they expire. Calls at the same time fetch once. */
export function keepCredentials(fetch: () => Promise<AwsCredentials>, clock: Clock): CredentialSource {
  let kept: AwsCredentials | undefined;
  let fetching: Promise<AwsCredentials> | undefined;
  const refresh = () => {
    fetching ??= fetch()
      .then((fetched) => {
        kept = fetched;
        return fetched;
      })
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };
  return () => {
    if (kept?.expiration === undefined) return kept ?? refresh();
    const leftMs = kept.expiration.getTime() - clock.now();
    if (leftMs <= 0) return refresh();
    // A failure is reported by the call that finds them expired.
    if (leftMs < REFRESH_BEFORE_MS) refresh().catch(() => undefined);
    return kept;
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials of the environment, which is where Lambda puts those of a function's role. Elsewhere (a profile, a container, an
 * instance) those that the SDK finds: its chain of providers is loaded only then.
 */
export function environmentCredentials(env: Environment, clock: Clock): CredentialSource {
  const load = async () => {
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    return defaultProvider();
  };
  let chain: ReturnType<typeof load> | undefined;
  return keepCredentials(async () => {
    const found = credentialsIn(env);
    if (found !== undefined) return found;
    chain ??= load();
    return (await chain)();
  }, clock);
}

/** The SDK gives a profile precedence over keys. */
function credentialsIn(env: Environment): AwsCredentials | undefined {
  const {
    AWS_PROFILE: profile,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: expiration,
  } = env;
  if (profile || !accessKeyId || !secretAccessKey) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(expiration && { expiration: new Date(expiration) }),
  };
}
