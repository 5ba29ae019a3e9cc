import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type { Engine } from './engine.ts';
import { type FauxqsStores, loadFauxqsInternals, type ObjectStore } from './fauxqs-internals.ts';
import { FileObjectPersistence } from './file-object-persistence.ts';

type App = ReturnType<typeof buildApp>;

/**
 * Teaches fauxqs `If-None-Match: *` on PutObject and CompleteMultipartUpload: 412 if the key has an object. When the
 * hook runs, the body has arrived, and fauxqs writes it without awaiting anything. Nothing can therefore happen between
 * the check and the write. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function addCreateOnlyHook(app: App, store: ObjectStore): void {
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

export interface QueueAndObjectsOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Folder of the queues (SQLite); created if missing. @default in memory */
  readonly queueDir?: string;
  /** Folder of the objects as files, `<objectDir>/<bucket>/<key>`; created if missing. @default in memory */
  readonly objectDir?: string;
}

/** Larger than any archive object; the limit of fauxqs is 11 MiB. */
const MAX_OBJECT_BYTES = 1024 * 1024 * 1024;

/**
 * Starts an SQS and an S3 in this process, on one port. With folders, everything that they have answered survives the
 * death of the process.
 */
export async function startQueueAndObjects(options: QueueAndObjectsOptions = {}): Promise<Engine> {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = await loadFauxqsInternals();
  const sqsStore = new SqsStore();
  const snsStore = new SnsStore();
  const s3Store = new S3Store();
  const queues = options.queueDir === undefined ? undefined : new PersistenceManager(made(options.queueDir));
  if (queues !== undefined) {
    // fauxqs writes NULL where its own table forbids it.
    queues.updateMessageReady = (messageId) => {
      const release = 'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?';
      queues.db.prepare(release).run(messageId);
    };
    // Loading writes the queues again. If the store were already persistent, that would delete their messages.
    queues.loadSqsAndSns(sqsStore, snsStore);
    sqsStore.persistence = queues;
    snsStore.persistence = queues;
    for (const queue of sqsStore.allQueues()) queue.persistence = queues;
  }
  if (options.objectDir !== undefined) {
    const objects = new FileObjectPersistence(made(options.objectDir));
    objects.load(s3Store);
    s3Store.persistence = objects;
  }

  const app = buildApp({ logger: false, stores: { sqsStore, snsStore, s3Store } as unknown as FauxqsStores });
  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_OBJECT_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  addCreateOnlyHook(app, s3Store);
  const host = options.host ?? '127.0.0.1';
  try {
    await app.listen({ port: options.port ?? 0, host });
  } catch (error) {
    queues?.close();
    throw error;
  }
  return {
    url: `http://${host}:${(app.server.address() as AddressInfo).port}`,
    stop: async () => {
      await app.close();
      queues?.close();
    },
  };
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
