import type { Size } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { QUERY_RESULTS_PREFIX } from './archive-bucket.ts';

export interface ArchiveWorkGroupProps {
  readonly workGroupName: string;
  readonly bucket: IBucket;
  /** A query that reads more is stopped: a forgotten condition on `dt` must not cost a fortune. */
  readonly scanLimit: Size;
  /** @default results are encrypted with keys that S3 owns */
  readonly encryptionKey?: IKey | undefined;
}

/** The Athena workgroup for the archive. Its settings hold for every query, whatever a client asks for. */
export class ArchiveWorkGroup extends Construct {
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { bucket, encryptionKey, ...props }: ArchiveWorkGroupProps) {
    super(scope, id);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: props.workGroupName,
      description: 'Tailgate: queries of kept traces',
      // What it holds is the history of queries and the saved ones of the deployment.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: props.scanLimit.toBytes(),
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${bucket.bucketName}/${QUERY_RESULTS_PREFIX}`,
          encryptionConfiguration:
            encryptionKey === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
        },
      },
    });
    this.workGroupName = workGroup.ref;
  }
}
