import type { buildApp } from 'fauxqs';
import type { ObjectStore } from './fauxqs-internals.ts';

type App = ReturnType<typeof buildApp>;

/**
 * Teaches fauxqs `If-None-Match: *` on PutObject and CompleteMultipartUpload: 412 if the key has an object. When the
 * hook runs, the body has arrived, and fauxqs writes it without awaiting anything. Nothing can therefore happen between
 * the check and the write. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function addCreateOnlyHook(app: App, store: ObjectStore): void {
  app.addHook('preHandler', (request, reply, proceed) => {
    const query = request.query as Readonly<Record<string, unknown>>;
    const isPut = request.method === 'PUT' && query['partNumber'] === undefined;
    const isCompletion = request.method === 'POST' && query['uploadId'] !== undefined;
    const { bucket = '', '*': key = '' } = request.params as Readonly<Record<string, string>>;
    const isCreateOnly = (isPut || isCompletion) && request.headers['if-none-match'] === '*';
    if (!isCreateOnly || !hasObject(store, bucket, key)) return proceed();
    reply.code(412).type('application/xml').send(PRECONDITION_FAILED);
  });
}

function hasObject(store: ObjectStore, bucket: string, key: string): boolean {
  try {
    store.headObject(bucket, key);
    return true;
  } catch {
    return false;
  }
}

const PRECONDITION_FAILED =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>PreconditionFailed</Code>' +
  '<Message>At least one of the pre-conditions you specified did not hold</Message>' +
  '<Condition>If-None-Match</Condition></Error>';
