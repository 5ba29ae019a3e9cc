import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ArchiveObject, ArchiveObjects, PartitionRange } from '../../archive/archive-reader.ts';
import type { ArchiveFolders, ObjectEntry } from '../../archive/compaction/ports.ts';
import { compareKeys, type TenantScope, TRACES_PREFIX, tenantFolder } from '../../archive/layout.ts';

export interface FilesystemArchiveObjectsDeps extends TenantScope {
  /** The folder that stands for the bucket: keys are paths in it. */
  readonly folder: string;
}

/** The archive of a local run, or a copy of a bucket. */
export class FilesystemArchiveObjects implements ArchiveObjects {
  readonly #folder: string;
  readonly #prefix: string;

  constructor({ folder, tenant }: FilesystemArchiveObjectsDeps) {
    this.#folder = folder;
    this.#prefix = TRACES_PREFIX + tenantFolder({ tenant });
  }

  async *list({ first = '', last = '~' }: PartitionRange): AsyncGenerator<ArchiveObject> {
    for (const day of await this.#names(this.#prefix, /^dt=\d{4}-\d{2}-\d{2}$/)) {
      if (day < first.slice(0, day.length) || day > last) continue;
      for (const hour of await this.#names(`${this.#prefix}${day}`, /^hour=\d{2}$/)) {
        const partition = `${day}/${hour}`;
        if (partition < first || partition > last) continue;
        for (const name of await this.#names(`${this.#prefix}${partition}`, /^[^._]/)) {
          const key = `${this.#prefix}${partition}/${name}`;
          const { size, mtimeMs } = await stat(join(this.#folder, key));
          yield { key, byteLength: size, createdAtMs: Math.floor(mtimeMs) };
        }
      }
    }
  }

  async open(key: string): Promise<Readable | undefined> {
    try {
      const file = await open(join(this.#folder, key));
      return file.createReadStream();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async tenants(): Promise<readonly string[]> {
    const folders = await this.#names(TRACES_PREFIX, /^tenant=/);
    return folders.map((name) => name.slice('tenant='.length));
  }

  async #names(folder: string, pattern: RegExp): Promise<string[]> {
    try {
      const names = await readdir(join(this.#folder, folder));
      return names.filter((name) => pattern.test(name)).sort(compareKeys);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The archive of the local run: an object is a file of its path. */
export class FilesystemArchiveFolders implements ArchiveFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(folder: string): Promise<readonly ObjectEntry[]> {
    const entries = await this.#entries(folder);
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}${name}`);
    return Promise.all(files.sort().map(async (path) => ({ path, bytes: (await stat(join(this.#root, path))).size })));
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    const entries = await this.#entries(folder);
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  }

  read(path: string): Promise<Uint8Array> {
    return readFile(join(this.#root, path));
  }

  async readEnd({ path }: ObjectEntry, bytes: number): Promise<Uint8Array> {
    const file = await open(join(this.#root, path));
    try {
      const { size } = await file.stat();
      const end = new Uint8Array(Math.min(bytes, size));
      await file.read(end, 0, end.length, size - end.length);
      return end;
    } finally {
      await file.close();
    }
  }

  /** The file is written under a hidden name, and gets its own by a link, which fails where there is a file. */
  async create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const target = join(this.#root, path);
    const draft = join(dirname(target), `.${randomUUID()}`);
    await mkdir(dirname(target), { recursive: true });
    try {
      const file = await open(draft, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, target);
      return 'created';
    } catch (error) {
      if (isCode(error, 'EEXIST')) return 'exists';
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #entries(folder: string) {
    try {
      return await readdir(join(this.#root, folder), { withFileTypes: true });
    } catch (error) {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
