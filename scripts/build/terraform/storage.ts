import { equal, type Json } from '../cloudformation/template.ts';
import { argument, type Block, block, Raw } from './hcl.ts';
import {
  document,
  physicalName,
  physicalPrefix,
  resource,
  type Translation,
  type Translator,
  taken,
} from './resources.ts';

const DELETED: Json = ['Delete', 'Retain'];

/** Translations of what holds data. */
export const STORAGE: Readonly<Record<string, Translator>> = {
  'AWS::DynamoDB::Table': { type: 'aws_dynamodb_table', words: ['Table'], file: 'buffer.tf', translate: table },
  'AWS::SQS::Queue': { type: 'aws_sqs_queue', words: ['Queue'], file: 'wake_ups.tf', translate: queue },
  'AWS::SQS::QueuePolicy': {
    type: 'aws_sqs_queue_policy',
    words: ['QueuePolicy', 'Policy'],
    file: 'wake_ups.tf',
    translate: queuePolicy,
  },
  'AWS::S3::Bucket': { type: 'aws_s3_bucket', words: ['Bucket'], file: 'archive.tf', translate: bucket },
  'AWS::S3::BucketPolicy': {
    type: 'aws_s3_bucket_policy',
    words: ['BucketPolicy', 'Policy'],
    file: 'archive.tf',
    translate: bucketPolicy,
  },
  'AWS::SSM::Parameter': { type: 'aws_ssm_parameter', file: 'policies.tf', translate: parameter },
};

/** Spans wait in it. Terraform has no policy for a replacement alone; the README says what to do before one. */
function table(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  const ttl = properties.nested('TimeToLiveSpecification');
  const keys = properties.list('KeySchema').map(({ properties: key }) => {
    const argumentName =
      { HASH: 'hash_key', RANGE: 'range_key' }[String(key.required('KeyType'))] ?? 'of an unknown type';
    const attribute = argument(argumentName, expressions.of(key.required('AttributeName')));
    key.done();
    return attribute;
  });
  const attributes = properties.list('AttributeDefinitions').map(({ properties: attribute }) => {
    const body = taken(attribute, expressions, [
      ['AttributeName', 'name'],
      ['AttributeType', 'type'],
    ]);
    attribute.done();
    return block('attribute', body);
  });
  // A key that DynamoDB owns, which is the provider's default too.
  properties.expect('SSESpecification', { SSEEnabled: false });
  expectPolicies(translation, DELETED);
  const timeToLive =
    ttl === undefined
      ? []
      : taken(ttl, expressions, [
          ['AttributeName', 'attribute_name'],
          ['Enabled', 'enabled'],
        ]);
  ttl?.done();
  return [
    resource(translation, 'aws_dynamodb_table', [
      argument('name', physicalName(name)),
      ...taken(properties, expressions, [['BillingMode', 'billing_mode']]),
      ...keys,
      ...attributes,
      ...(ttl === undefined ? [] : [block('ttl', timeToLive)]),
    ]),
  ];
}

function queue(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  const redrive = properties.take('RedrivePolicy');
  expectPolicies(translation, DELETED);
  return [
    resource(translation, 'aws_sqs_queue', [
      argument('name', physicalName(name)),
      ...taken(properties, expressions, [
        ['MessageRetentionPeriod', 'message_retention_seconds'],
        ['VisibilityTimeout', 'visibility_timeout_seconds'],
        ['SqsManagedSseEnabled', 'sqs_managed_sse_enabled'],
      ]),
      ...(redrive === undefined ? [] : [argument('redrive_policy', document(expressions, redrive))]),
    ]),
  ];
}

function queuePolicy(translation: Translation): readonly Block[] {
  const { properties, expressions } = translation;
  const queues = properties.required('Queues') as readonly Json[];
  const [url = null] = queues;
  if (queues.length !== 1)
    throw new Error(`${translation.logicalId}: expected a policy of one queue, got ${queues.length}`);
  return [
    resource(translation, 'aws_sqs_queue_policy', [
      argument('queue_url', expressions.of(url)),
      argument('policy', document(expressions, properties.required('PolicyDocument'))),
    ]),
  ];
}

/** The bucket, and what of its settings are resources of their own in Terraform. */
function bucket(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  const reference = argument('bucket', new Raw(`aws_s3_bucket.${name}.bucket`));
  const encryption = properties.nested('BucketEncryption');
  encryption?.expect('ServerSideEncryptionConfiguration', [
    { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  ]);
  encryption?.done();
  const ownership = properties.nested('OwnershipControls');
  const [owner] = ownership?.list('Rules') ?? [];
  ownership?.done();
  const access = properties.nested('PublicAccessBlockConfiguration');
  const lifecycle = properties.nested('LifecycleConfiguration');
  const rules =
    lifecycle?.list('Rules').map((rule) => lifecycleRule({ ...translation, properties: rule.properties })) ?? [];
  lifecycle?.done();
  if (owner === undefined || access === undefined)
    throw new Error(`${translation.logicalId}: expected a private bucket`);
  expectPolicies(translation, ['RetainExceptOnCreate', 'Retain']);
  const blocks: Block[] = [
    {
      ...resource(translation, 'aws_s3_bucket', [argument('bucket_prefix', physicalPrefix(name))]),
      comment: 'Terraform refuses to destroy it while traces are in it.',
    },
    resource(translation, 'aws_s3_bucket_public_access_block', [
      reference,
      ...taken(access, expressions, [
        ['BlockPublicAcls', 'block_public_acls'],
        ['BlockPublicPolicy', 'block_public_policy'],
        ['IgnorePublicAcls', 'ignore_public_acls'],
        ['RestrictPublicBuckets', 'restrict_public_buckets'],
      ]),
    ]),
    resource(translation, 'aws_s3_bucket_ownership_controls', [
      reference,
      block('rule', taken(owner.properties, expressions, [['ObjectOwnership', 'object_ownership']])),
    ]),
    resource(translation, 'aws_s3_bucket_server_side_encryption_configuration', [
      reference,
      block('rule', [block('apply_server_side_encryption_by_default', [argument('sse_algorithm', 'AES256')])]),
    ]),
    resource(translation, 'aws_s3_bucket_lifecycle_configuration', [reference, ...rules]),
  ];
  access.done();
  owner.properties.done();
  return blocks;
}

function lifecycleRule({ properties, expressions }: Translation): Block {
  const abort = properties.nested('AbortIncompleteMultipartUpload');
  const expiration = properties.take('ExpirationInDays');
  const prefix = properties.take('Prefix');
  const rule = block('rule', [
    ...taken(properties, expressions, [
      ['Id', 'id'],
      ['Status', 'status'],
    ]),
    block('filter', prefix === undefined ? [] : [argument('prefix', expressions.of(prefix))]),
    ...(expiration === undefined ? [] : [block('expiration', [argument('days', expressions.of(expiration))])]),
    ...(abort === undefined
      ? []
      : [
          block(
            'abort_incomplete_multipart_upload',
            taken(abort, expressions, [['DaysAfterInitiation', 'days_after_initiation']]),
          ),
        ]),
  ]);
  abort?.done();
  properties.done();
  return rule;
}

function bucketPolicy(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  return [
    resource(translation, 'aws_s3_bucket_policy', [
      argument('bucket', expressions.of(properties.required('Bucket'))),
      argument('policy', document(expressions, properties.required('PolicyDocument'))),
      // S3 takes one change of such settings at a time.
      argument('depends_on', [new Raw(`aws_s3_bucket_public_access_block.${name}`)]),
    ]),
  ];
}

function parameter(translation: Translation): readonly Block[] {
  const { properties, expressions } = translation;
  return [
    resource(translation, 'aws_ssm_parameter', [
      ...taken(properties, expressions, [
        ['Name', 'name'],
        ['Type', 'type'],
        ['Tier', 'tier'],
        ['Value', 'value'],
        ['Description', 'description'],
      ]),
    ]),
  ];
}

/** What becomes of a resource is a part of the resource, which the translation has to know. */
function expectPolicies(
  { logicalId, resource: { DeletionPolicy = '', UpdateReplacePolicy = '' } }: Translation,
  expected: Json,
) {
  if (equal([DeletionPolicy, UpdateReplacePolicy], expected)) return;
  throw new Error(
    `${logicalId}: deletion and replacement policy: expected ${JSON.stringify(expected)}, got ${DeletionPolicy}, ${UpdateReplacePolicy}`,
  );
}
