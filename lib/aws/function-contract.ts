/**
 * What a Lambda function and the construct that deploys it agree on. This file imports nothing, so that the function does not
 * load the CDK for it, and an app of the CDK does not load the AWS SDK.
 */

/** The environment variables of the functions. */
export const VARIABLES = {
  /** Value of the dimension `pipeline` of the metrics. */
  pipeline: 'TAILGATE_PIPELINE',
  /** Name of the buffer table. */
  table: 'TAILGATE_TABLE',
  /** Name of the archive bucket. */
  bucket: 'TAILGATE_BUCKET',
  /** URL of the wake-up queue. */
  queueUrl: 'TAILGATE_QUEUE_URL',
  /** URL of the dead-letter queue. */
  deadLetterQueueUrl: 'TAILGATE_DEAD_LETTER_QUEUE_URL',
  /** Name of the SSM parameter with the policies. */
  configParameter: 'TAILGATE_CONFIG_PARAMETER',
  /** SSM path of the ingest keys, or `NO_KEYS`. */
  keysPath: 'TAILGATE_KEYS_PATH',
  /** SSM path of the read keys. */
  readKeysPath: 'TAILGATE_READ_KEYS_PATH',
  /** `1` where tenants are kept apart, otherwise not set. */
  tenants: 'TAILGATE_TENANTS',
  /** `1` where fragments are compressed with dictionaries that are trained on them, otherwise not set. */
  trainedDictionaries: 'TAILGATE_TRAINED_DICTIONARIES',
  /** Name of the Glue database of the archive. */
  database: 'TAILGATE_DATABASE',
} as const;

/** The path of the ingest keys where requests need no key. */
export const NO_KEYS = 'none';

/**
 * The timeout of the decide function. The claim timeout (90 s) must be longer, so that the owner of a claim that old is dead; the
 * visibility timeout of the queue must be six times as long, plus the batching window.
 */
export const DECIDE_TIMEOUT_SECONDS = 60;
