const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);
const THROTTLED: ReadonlySet<string> = new Set(['ThrottlingException', 'TooManyRequestsException']);
const WRONG_CREDENTIALS: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Why a call to AWS did not work, in one line for the person whose shell it came from. */
export function explainAwsError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  if (NO_CREDENTIALS.has(name)) {
    return `no AWS credentials: set AWS_PROFILE, or sign in as for the AWS CLI (${message})`;
  }
  if (EXPIRED.has(name)) return `the AWS credentials have expired: sign in again (${message})`;
  if (WRONG_CREDENTIALS.has(name)) return `AWS does not accept the credentials: ${message}`;
  if (DENIED.has(name)) return `the AWS credentials lack a permission: ${message}`;
  if (THROTTLED.has(name)) return `AWS takes no more at the moment: try again in a minute (${message})`;
  if (message === 'Region is missing') return 'no AWS region: set AWS_REGION, or a region in the profile';
  return cause instanceof Error && name === 'UnavailableError' ? explainUnavailable(message, cause) : message;
}

function explainUnavailable(message: string, cause: Error): string {
  const explained = explainAwsError(cause);
  return explained === cause.message ? message : explained;
}
