import type { SpillStore } from '../../lib/pipeline/ports.ts';

/** A spill store for tests. */
export class MemorySpillStore implements SpillStore {
  readonly #objects = new Map<string, Uint8Array>();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, bytes.slice());
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.slice();
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }
}
