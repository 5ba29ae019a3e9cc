import { readFileSync } from 'node:fs';

const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);
const THROTTLED: ReadonlySet<string> = new Set(['ThrottlingException', 'TooManyRequestsException']);
const WRONG_CREDENTIALS: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Why something did not work, for the person in whose shell it ran: in what a call to AWS answered, what is to be done. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  const missing = explainMissingPackage(error);
  if (missing !== undefined) return missing;
  if (NO_CREDENTIALS.has(name)) {
    return `no AWS credentials: set AWS_PROFILE, or sign in as for the AWS CLI (${message})`;
  }
  if (EXPIRED.has(name)) return `the AWS credentials have expired: sign in again (${message})`;
  if (WRONG_CREDENTIALS.has(name)) return `AWS does not accept the credentials: ${message}`;
  if (DENIED.has(name)) return `the AWS credentials lack a permission: ${message}`;
  if (THROTTLED.has(name)) return `AWS is throttling requests: try again in a minute (${message})`;
  if (message === 'Region is missing') return 'no AWS region: set AWS_REGION, or a region in the profile';
  return cause instanceof Error && name === 'UnavailableError' ? explainUnavailable(message, cause) : message;
}

function explainUnavailable(message: string, cause: Error): string {
  const explained = explainError(cause);
  return explained === cause.message ? message : explained;
}

/**
 * Optional dependencies that are needed together. The commands that need them load them when they run, so that all others
 * work without.
 */
const OPTIONAL_PARTS: readonly RegExp[] = [
  /^@duckdb\//,
  // Only the demo sends with the OpenTelemetry SDK.
  /^@opentelemetry\//,
];

/**
 * What to install when Node.js has not found a package.
 *
 * @param versions of the dependencies in `package.json`
 * @returns `undefined` when the error is about something else
 */
export function explainMissingPackage(
  error: Error,
  versions: Readonly<Record<string, string>> = readVersions(),
): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const missing = /^Cannot find (?:package|module) '((?:@[^/']+\/)?[^./'][^/']*)/.exec(error.message)?.[1];
  if (missing === undefined) return undefined;
  const part = OPTIONAL_PARTS.find((candidate) => candidate.test(missing));
  const install = Object.entries(versions)
    .filter(([name]) => part?.test(name))
    .map(([name, version]) => `${name}@${version}`);
  const advice = part === undefined ? '' : 'install tailgate without --omit=optional, or ';
  return (
    `this command needs the package ${missing}, which is not installed: ${advice}run ` +
    `"npm install ${part === undefined ? missing : install.join(' ')}"`
  );
}

function readVersions(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { ...manifest.dependencies, ...manifest.optionalDependencies };
}
