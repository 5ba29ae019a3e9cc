import { compareKeys } from '../../lib/archive/layout.ts';
import type { Folder, ObjectAttributes, ObjectHead, ObjectStore, StoredObject } from '../../lib/archive/ports.ts';

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** Objects for tests. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, MemoryObject>();

  async *list(prefix: string, after = ''): AsyncGenerator<StoredObject> {
    yield* this.#below(prefix).filter(({ key }) => compareKeys(key, after) > 0);
  }

  async listFolder(folder: string): Promise<Folder> {
    const below = this.#below(folder).map((object) => ({ object, names: object.key.slice(folder.length).split('/') }));
    return {
      objects: below.filter(({ names }) => names.length === 1).map(({ object }) => object),
      folders: [...new Set(below.flatMap(({ names: [name = '', ...more] }) => (more.length > 0 ? [name] : [])))],
    };
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.bytes.slice();
  }

  async getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.bytes.slice(begin, end);
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = await this.get(key);
    return bytes && new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const object = this.#objects.get(key);
    return object && { byteLength: object.bytes.length, metadata: object.metadata };
  }

  async createOnly(key: string, bytes: Uint8Array, attributes: ObjectAttributes = {}): Promise<'created' | 'exists'> {
    if (this.#objects.has(key)) return 'exists';
    this.#objects.set(key, { bytes: bytes.slice(), metadata: attributes.metadata ?? {}, createdAtMs: Date.now() });
    return 'created';
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, { bytes: bytes.slice(), metadata: {}, createdAtMs: Date.now() });
  }

  /** As the rules of a bucket do with what is old. */
  delete(key: string): void {
    this.#objects.delete(key);
  }

  /** All keys, in order of creation. */
  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  #below(prefix: string): StoredObject[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { bytes, createdAtMs }]) => ({ key, byteLength: bytes.length, createdAtMs }))
      .sort((a, b) => compareKeys(a.key, b.key));
  }
}
