import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { ObjectPersistence, ObjectStore, StoredObject } from './fauxqs-internals.ts';

/** The properties of an object that its file does not have. */
type Sidecar = Pick<StoredObject, 'contentType' | 'etag' | 'metadata'>;

/**
 * Objects as plain files that a person can open: `<folder>/<bucket>/<key>`. The properties that S3 has besides the
 * bytes are in `<folder>/.objects/<bucket>/<key>.json`. The file is the source of truth: the sidecar is written first,
 * the file appears whole by a rename, and a file without a sidecar is an object too.
 *
 * The key of an object may not be a folder of another's. Multipart uploads do not survive a restart; their objects do.
 */
export class FileObjectPersistence implements ObjectPersistence {
  readonly #folder: string;
  readonly #sidecars: string;
  readonly #temporary: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#sidecars = join(folder, '.objects');
    this.#temporary = join(this.#sidecars, '.tmp');
    rmSync(this.#temporary, { recursive: true, force: true });
    mkdirSync(this.#temporary, { recursive: true });
  }

  /** Fills the store with the objects on disk. Call it before you give the store this persistence. */
  load(store: ObjectStore): void {
    for (const bucket of readdirSync(this.#sidecars).filter((name) => !name.startsWith('.'))) {
      store.createBucket(bucket);
      const root = join(this.#folder, bucket);
      mkdirSync(root, { recursive: true });
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        const path = relative(root, join(entry.parentPath, entry.name));
        if (entry.isFile() && !entry.name.startsWith('.')) store.restoreObject(bucket, this.#object(bucket, path));
      }
    }
  }

  insertBucket(name: string): void {
    mkdirSync(join(this.#sidecars, name), { recursive: true });
    mkdirSync(join(this.#folder, name), { recursive: true });
  }

  deleteBucket(name: string): void {
    rmSync(join(this.#folder, name), { recursive: true, force: true });
    rmSync(join(this.#sidecars, name), { recursive: true, force: true });
  }

  upsertObject(bucket: string, object: StoredObject): void {
    const path = toPath(object.key);
    const { contentType, etag, metadata } = object;
    const sidecar: Sidecar = { contentType, etag, metadata };
    this.#write(this.#sidecarFile(bucket, path), JSON.stringify(sidecar));
    this.#write(join(this.#folder, bucket, path), object.body);
  }

  deleteObject(bucket: string, key: string): void {
    const path = toPath(key);
    rmSync(join(this.#folder, bucket, path), { force: true });
    rmSync(this.#sidecarFile(bucket, path), { force: true });
  }

  readBody(bucket: string, key: string): Buffer {
    return readFileSync(join(this.#folder, bucket, toPath(key)));
  }

  completeMultipartUpload(_uploadId: string, bucket: string, object: StoredObject): void {
    this.upsertObject(bucket, object);
  }

  insertMultipartUpload(): void {}
  upsertMultipartPart(): void {}
  deleteMultipartUpload(): void {}
  saveBucketLifecycleConfiguration(): void {}
  deleteBucketLifecycleConfiguration(): void {}

  #write(file: string, content: string | Buffer): void {
    const whole = join(this.#temporary, randomUUID());
    writeFileSync(whole, content);
    mkdirSync(dirname(file), { recursive: true });
    renameSync(whole, file);
  }

  #sidecarFile(bucket: string, path: string): string {
    return join(this.#sidecars, bucket, `${path}.json`);
  }

  #object(bucket: string, path: string): StoredObject {
    const { size, mtime } = statSync(join(this.#folder, bucket, path));
    return {
      key: toKey(path),
      // Read on demand.
      body: Buffer.alloc(0),
      contentLength: size,
      lastModified: mtime,
      ...this.#sidecar(bucket, path),
    };
  }

  #sidecar(bucket: string, path: string): Sidecar {
    try {
      return JSON.parse(readFileSync(this.#sidecarFile(bucket, path), 'utf8'));
    } catch {
      const etag = `"${createHash('md5')
        .update(readFileSync(join(this.#folder, bucket, path)))
        .digest('hex')}"`;
      return { contentType: 'application/octet-stream', etag, metadata: {} };
    }
  }
}

/** Percent-encodes names that file systems do not accept, hidden files and steps upwards. */
function toPath(key: string): string {
  return key
    .split('/')
    .map((name) => (name === '' ? '%' : name.replace(/^\.|[<>:"|?*\\%\p{Cc}]/gu, encode)))
    .join(sep);
}

function encode(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
}

function toKey(path: string): string {
  return path
    .split(sep)
    .map((name) =>
      name === '%'
        ? ''
        : name.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))),
    )
    .join('/');
}
