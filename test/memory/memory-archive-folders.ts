import type { ArchiveFolders, ObjectEntry } from '../../lib/archive/compaction/ports.ts';

/** Objects for tests. */
export class MemoryArchiveFolders implements ArchiveFolders {
  readonly #objects = new Map<string, Uint8Array>();

  async list(folder: string): Promise<readonly ObjectEntry[]> {
    return this.#below(folder)
      .filter(([path]) => !path.slice(folder.length).includes('/'))
      .map(([path, { length }]) => ({ path, bytes: length }));
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    const rests = this.#below(folder).map(([path]) => path.slice(folder.length).split('/'));
    return [...new Set(rests.flatMap(([name = '', ...more]) => (more.length > 0 ? [name] : [])))];
  }

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.#objects.get(path);
    if (bytes === undefined) throw new Error(`there is no object ${path}`);
    return bytes;
  }

  async readEnd({ path }: ObjectEntry, bytes: number): Promise<Uint8Array> {
    return (await this.read(path)).slice(-bytes);
  }

  async create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (this.#objects.has(path)) return 'exists';
    this.#objects.set(path, bytes.slice());
    return 'created';
  }

  #below(folder: string): [string, Uint8Array][] {
    return [...this.#objects].filter(([path]) => path.startsWith(folder)).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
