import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ArchiveObjects } from '../../aws/archive-objects.ts';
import { FilesystemArchiveObjects } from '../../aws/filesystem/filesystem-archive-objects.ts';
import { S3ArchiveObjects } from '../../aws/s3/s3-archive-objects.ts';
import { LOCAL_ARCHIVE } from '../../local/archive-bucket.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { readStackOutputs } from '../stack.ts';
import type { ArchiveSource } from './arguments.ts';
import { ReplayError } from './replay-error.ts';

export interface ArchiveClients {
  readonly s3: () => S3Client;
  readonly cloudFormation: () => CloudFormationClient;
  readonly clock: Clock;
}

/**
 * The archive that a person has named.
 * @throws {ReplayError} when there is no such folder
 * @throws {StackOutputError} when there is no such stack
 */
export async function openArchive(
  source: ArchiveSource,
  tenant: string | undefined,
  { s3, cloudFormation, clock }: ArchiveClients,
): Promise<ArchiveObjects> {
  if (source.kind === 'data') {
    if (!statSync(source.dataDir, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ReplayError(
        `no data folder at ${source.dataDir}: start Tailgate first (npm start), or name another with --data, --stack or --bucket`,
      );
    }
    return new FilesystemArchiveObjects({ folder: join(source.dataDir, LOCAL_ARCHIVE), tenant });
  }
  const bucket =
    source.kind === 'bucket'
      ? source.bucket
      : (await readStackOutputs(cloudFormation(), source.stack, ['ArchiveBucket'])).ArchiveBucket;
  return new S3ArchiveObjects({ client: s3(), bucket, clock, tenant });
}
