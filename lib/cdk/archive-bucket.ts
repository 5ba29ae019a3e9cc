import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MS_PER_DAY } from '../archive/hours.ts';
import { PARTS_PREFIX, QUERY_RESULTS_PREFIX, SPILL_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import { acknowledge } from './acknowledge.ts';

/** An object in `spill/` must outlast the item that points at it, which waits for the buffer TTL. */
const SPILL_RETENTION = Duration.days(Math.ceil(DEFAULT_BUFFER_TTL_MS / MS_PER_DAY) + 2);
const QUERY_RESULTS_RETENTION = Duration.days(7);

export interface ArchiveBucketProps {
  /** An existing bucket to use as it is. @default a new bucket */
  readonly existing?: IBucket;
  /** Time until kept traces are deleted, from their decision. Has no effect on an existing bucket. */
  readonly retention: Duration;
  /** @default keys that S3 owns, at no cost */
  readonly encryptionKey?: IKey;
  /** @default the bucket outlives its stack, unless the first deployment fails */
  readonly removalPolicy?: RemovalPolicy;
}

/** The bucket of kept traces: private, encrypted, TLS only; objects in `traces/` and `spans/` are never overwritten. */
export class ArchiveBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: ArchiveBucketProps) {
    super(scope, id);
    this.bucket = props.existing ?? newBucket(this, props);
    const { statementAdded } = this.bucket.addToResourcePolicy(createOnly(this.bucket));
    if (!statementAdded) {
      Validations.of(this).addWarning(
        'tailgate:bucket-policy',
        'the archive bucket is not part of this app, so that its policy and lifecycle rules stay as they are: docs/deploy.md ' +
          'has the statements and rules to add to them',
      );
    }
  }

  /** Denies deletes to roles, in case a mistake elsewhere grants them. */
  denyDeletesBy(roles: readonly IRole[]): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NoDeletesByThePipeline',
        effect: Effect.DENY,
        principals: roles.map(({ roleArn }) => new ArnPrincipal(roleArn)),
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    );
  }
}

function newBucket(scope: Construct, { retention, encryptionKey, removalPolicy }: ArchiveBucketProps): IBucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(encryptionKey === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    lifecycleRules: lifecycleRules(retention),
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(
    bucket,
    'S1',
    'access logs would need a second bucket that nobody reads; who needs them passes a bucket of their own',
  );
  // The AWS library is not written for exactOptionalPropertyTypes.
  return bucket as IBucket;
}

/**
 * Denies everyone a PUT to `traces/` and `spans/` without `If-None-Match`: creating an object is the commit of its traces, and an
 * overwrite would lose them. Parts of a multipart upload do not carry that header; its completion does.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function createOnly(bucket: IBucket): PolicyStatement {
  return new PolicyStatement({
    sid: 'CreateOnly',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [TRACES_PREFIX, PARTS_PREFIX].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
}

function lifecycleRules(retention: Duration): LifecycleRule[] {
  return [
    { id: 'OldTraces', prefix: TRACES_PREFIX, expiration: retention },
    { id: 'OldParts', prefix: PARTS_PREFIX, expiration: retention },
    { id: 'SettledSpills', prefix: SPILL_PREFIX, expiration: SPILL_RETENTION },
    { id: 'QueryResults', prefix: QUERY_RESULTS_PREFIX, expiration: QUERY_RESULTS_RETENTION },
    { id: 'UnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  ];
}
