import { S3ServiceException } from '@aws-sdk/client-s3';

/** Whether S3 answered with this HTTP status; a HEAD has no body, so that the status is all there is to go by. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
