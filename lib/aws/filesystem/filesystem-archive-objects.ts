import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  ARCHIVE_FOLDER,
  type ArchiveObject,
  type ArchiveObjects,
  compareKeys,
  type PartitionRange,
} from '../archive-objects.ts';
import { folderOf, type TenantScope } from '../tenant-scope.ts';

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
    this.#prefix = ARCHIVE_FOLDER + folderOf({ tenant });
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
    const folders = await this.#names(ARCHIVE_FOLDER, /^tenant=/);
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
