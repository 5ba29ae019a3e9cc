import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PARTS_PREFIX, QUERY_RESULTS_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';

/** What grants on the archive are about. */
export interface GrantedArchive {
  readonly bucket: IBucket;
  readonly databaseName: string;
  readonly workGroupName: string;
  readonly encryptionKey: IKey | undefined;
}

/** Lets a principal read the files of kept traces. */
export function grantReadOfArchive(grantee: IGrantable, archive: GrantedArchive): Grant {
  const { bucket, encryptionKey } = archive;
  return allOf(grantee, [
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [bucket.bucketArn] },
    { actions: ['s3:GetObject'], resources: objects(bucket, TRACES_PREFIX, PARTS_PREFIX) },
    ...(encryptionKey === undefined ? [] : [{ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] }]),
  ]);
}

/** Lets a principal ask Athena: run queries in the workgroup, read the tables and their objects, and write results. */
export function grantQueryOfArchive(scope: Construct, grantee: IGrantable, archive: GrantedArchive): Grant {
  const { bucket, databaseName, workGroupName, encryptionKey } = archive;
  const stack = Stack.of(scope);
  const glue = (resource: string) => stack.formatArn({ service: 'glue', resource });
  return grantReadOfArchive(grantee, archive).combine(
    allOf(grantee, [
      {
        actions: [
          'athena:StartQueryExecution',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'athena:StopQueryExecution',
          'athena:GetWorkGroup',
        ],
        resources: [stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: workGroupName })],
      },
      {
        actions: ['glue:GetDatabase', 'glue:GetDatabases', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
        resources: [glue('catalog'), glue(`database/${databaseName}`), glue(`table/${databaseName}/*`)],
      },
      {
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
        resources: objects(bucket, QUERY_RESULTS_PREFIX),
      },
      ...(encryptionKey === undefined ? [] : [{ actions: ['kms:GenerateDataKey'], resources: [encryptionKey.keyArn] }]),
    ]),
  );
}

function objects(bucket: IBucket, ...prefixes: readonly string[]): readonly string[] {
  return prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
}

interface Rights {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

function allOf(grantee: IGrantable, rights: readonly Rights[]): Grant {
  return rights
    .map(({ actions, resources }) =>
      Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...resources] }),
    )
    .reduce((all, one) => all.combine(one));
}
