import type { Folder, ObjectAttributes, ObjectHead, ObjectStore, StoredObject } from '../../lib/archive/ports.ts';

/**
 * An object store that is made with its first call: what it is made of is loaded only by those that need an object.
 * A store that could not be made is made again by the next call.
 */
export class OnDemandObjectStore implements ObjectStore {
  readonly #make: () => Promise<ObjectStore>;
  #made: Promise<ObjectStore> | undefined;

  constructor(make: () => Promise<ObjectStore>) {
    this.#make = make;
  }

  async *list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    yield* (await this.#store()).list(prefix, after);
  }

  async listFolder(folder: string): Promise<Folder> {
    return (await this.#store()).listFolder(folder);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#store()).get(key);
  }

  async getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined> {
    return (await this.#store()).getRange(key, begin, end);
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.#store()).open(key);
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    return (await this.#store()).head(key);
  }

  async createOnly(key: string, bytes: Uint8Array, attributes?: ObjectAttributes): Promise<'created' | 'exists'> {
    return (await this.#store()).createOnly(key, bytes, attributes);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    return (await this.#store()).put(key, bytes);
  }

  async #store(): Promise<ObjectStore> {
    this.#made ??= this.#make();
    try {
      return await this.#made;
    } catch (error) {
      this.#made = undefined;
      throw error;
    }
  }
}
