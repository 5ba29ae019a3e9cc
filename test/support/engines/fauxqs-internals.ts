import type { BuildAppOptions } from 'fauxqs';

/**
 * The parts of fauxqs 2.4.1 that it does not export. They are loaded by file URL, so the version is pinned exactly.
 * This file names everything that is used of them.
 */

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly contentLength: number;
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Record<string, string>;
}

/** The callbacks of fauxqs, which it calls synchronously before it answers a change of its objects. */
export interface ObjectPersistence {
  insertBucket(name: string): void;
  deleteBucket(name: string): void;
  saveBucketLifecycleConfiguration(): void;
  deleteBucketLifecycleConfiguration(): void;
  upsertObject(bucket: string, object: StoredObject): void;
  deleteObject(bucket: string, key: string): void;
  readBody(bucket: string, key: string): Buffer;
  insertMultipartUpload(): void;
  upsertMultipartPart(): void;
  deleteMultipartUpload(): void;
  completeMultipartUpload(uploadId: string, bucket: string, object: StoredObject): void;
}

export interface ObjectStore {
  persistence?: ObjectPersistence;
  createBucket(name: string): void;
  restoreObject(bucket: string, object: StoredObject): void;
  /** Throws if there is none. */
  headObject(bucket: string, key: string): StoredObject;
}

interface Queue {
  persistence?: QueuePersistence;
}

interface QueueStore {
  persistence?: QueuePersistence;
  allQueues(): Iterable<Queue>;
}

interface TopicStore {
  persistence?: QueuePersistence;
}

interface QueuePersistence {
  readonly db: { prepare(sql: string): { run(...values: string[]): unknown } };
  loadSqsAndSns(queues: QueueStore, topics: TopicStore): void;
  updateMessageReady(messageId: string): void;
  close(): void;
}

export interface FauxqsInternals {
  readonly SqsStore: new () => QueueStore;
  readonly SnsStore: new () => TopicStore;
  readonly S3Store: new () => ObjectStore;
  readonly PersistenceManager: new (folder: string) => QueuePersistence;
}

export async function loadFauxqsInternals(): Promise<FauxqsInternals> {
  const base = import.meta.resolve('fauxqs');
  const load = (path: string): Promise<object> => import(new URL(path, base).href);
  const modules = await Promise.all(
    ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'].map(load),
  );
  return Object.assign({}, ...modules) as FauxqsInternals;
}

export type FauxqsStores = NonNullable<BuildAppOptions['stores']>;
