import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { compareKeys } from '../../archive/layout.ts';
import type { Folder, ObjectHead, ObjectStore, StoredObject } from '../../archive/ports.ts';
import { UnavailableError } from '../../pipeline/ports.ts';

/** How the names of files begin that are being written: they are not objects yet. */
const DRAFT = '.draft-';

/**
 * A folder as an object store: an object is a file whose path is its key. Content types and metadata are not kept.
 *
 * A file is written under another name, synced, and then linked or renamed to its own: readers see all of it or nothing. Its
 * name is in its folder, and the names of new folders in theirs, so that these are synced, too: what was answered survives a
 * power cut.
 */
export class FilesystemObjectStore implements ObjectStore {
  readonly #root: string;
  /** Folders whose own names may not survive a power cut yet: that of the folder above was not synced since. */
  readonly #unsynced = new Set<string>();

  /** @param root the folder that stands for the bucket; it need not exist yet */
  constructor(root: string) {
    this.#root = resolve(root);
  }

  async *list(prefix: string, after = ''): AsyncGenerator<StoredObject> {
    const { folders, files } = await this.#namesIn(prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const keys = [...folders.map((folder) => `${folder}/`), ...files].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort(compareKeys)) {
      if (key.endsWith('/')) {
        // The keys in a folder begin with its name: they come after `after` if the name does, and may if `after` is one of them.
        if (compareKeys(key, after) > 0 || after.startsWith(key)) yield* this.list(key, after);
      } else if (compareKeys(key, after) > 0) {
        yield* await this.#objects([key]);
      }
    }
  }

  async listFolder(folder: string): Promise<Folder> {
    const { folders, files } = await this.#namesIn(folder);
    return {
      objects: await this.#objects(files.sort(compareKeys)),
      folders: folders.sort(compareKeys).map((key) => key.slice(folder.length)),
    };
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return unlessAbsent(() => readFile(this.#path(key)));
  }

  async getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined> {
    return unlessAbsent(async () => {
      const file = await open(this.#path(key));
      try {
        const { size } = await file.stat();
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - begin));
        await file.read(bytes, 0, bytes.length, begin);
        return bytes;
      } finally {
        await file.close();
      }
    });
  }

  async open(key: string): Promise<Readable | undefined> {
    return unlessAbsent(async () => {
      const file = await open(this.#path(key));
      if ((await file.stat()).isFile()) return file.createReadStream();
      await file.close();
      return undefined;
    });
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const found = await unlessAbsent(() => stat(this.#path(key)));
    return found?.isFile() ? { byteLength: found.size, metadata: {} } : undefined;
  }

  /** A link fails where there is a file. */
  async createOnly(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    let result: 'created' | 'exists' = 'created';
    await this.#write(key, bytes, async (draft, target) => {
      try {
        await link(draft, target);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
        result = 'exists';
      }
    });
    return result;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#write(key, bytes, rename);
  }

  /**
   * Deletes what writers that were killed have left below a folder: drafts that nobody has touched since this time. Stops at the first
   * one that cannot be deleted.
   * @param folder ends with `/`
   */
  async removeDrafts(folder: string, untouchedSinceMs: number): Promise<void> {
    const entries = (await unlessAbsent(() => readdir(this.#path(folder), { withFileTypes: true }))) ?? [];
    for (const entry of entries) {
      const key = folder + entry.name;
      if (entry.isDirectory()) await this.removeDrafts(`${key}/`, untouchedSinceMs);
      else if (entry.name.startsWith(DRAFT)) {
        const found = await unlessAbsent(() => stat(this.#path(key)));
        if (found !== undefined && found.mtimeMs < untouchedSinceMs) await rm(this.#path(key), { force: true });
      }
    }
  }

  async #write(key: string, bytes: Uint8Array, place: (draft: string, target: string) => Promise<void>): Promise<void> {
    try {
      await this.#writeSynced(key, bytes, place);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      // The system does not always name the file.
      throw new UnavailableError(`cannot write ${key} in ${this.#root}: ${error.message}`, { cause: error });
    }
  }

  async #writeSynced(
    key: string,
    bytes: Uint8Array,
    place: (draft: string, target: string) => Promise<void>,
  ): Promise<void> {
    const target = this.#path(key);
    const draft = join(dirname(target), `${DRAFT}${randomUUID()}`);
    const firstNewFolder = await mkdir(dirname(target), { recursive: true });
    if (firstNewFolder !== undefined) {
      for (let folder = dirname(target); folder.length >= firstNewFolder.length; folder = dirname(folder)) {
        this.#unsynced.add(folder);
      }
    }
    try {
      await writeSynced(await open(draft, 'wx'), bytes);
      await place(draft, target);
      // Also when the object exists: the one who created it may not have got this far.
      await this.#syncFolders(dirname(target));
    } finally {
      await rm(draft, { force: true });
    }
  }

  /**
   * Syncs a folder, and those above it as long as one is new: made by this call, by one that failed then, or by one at the same time
   * that has not come this far.
   */
  async #syncFolders(from: string): Promise<void> {
    // Windows has no such call: it writes names to the disk with the files.
    if (process.platform === 'win32') return;
    await syncFolder(from);
    for (let folder = from; this.#unsynced.has(folder); folder = dirname(folder)) {
      await syncFolder(dirname(folder));
      this.#unsynced.delete(folder);
    }
  }

  /** The keys of what is directly in a folder; those of folders without a slash at their end. */
  async #namesIn(folder: string): Promise<{ readonly folders: string[]; readonly files: string[] }> {
    const entries = (await unlessAbsent(() => readdir(this.#path(folder), { withFileTypes: true }))) ?? [];
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith(DRAFT)) continue;
      const key = `${folder}${entry.name}`;
      const isLinkToFolder = entry.isSymbolicLink() && (await unlessAbsent(() => stat(this.#path(key))))?.isDirectory();
      (entry.isDirectory() || isLinkToFolder ? folders : files).push(key);
    }
    return { folders, files };
  }

  /** Those that are still there. */
  async #objects(keys: readonly string[]): Promise<StoredObject[]> {
    const objects = keys.map(async (key) => {
      const found = await unlessAbsent(() => stat(this.#path(key)));
      return found && { key, byteLength: found.size, createdAtMs: Math.floor(found.mtimeMs) };
    });
    return (await Promise.all(objects)).filter((object) => object !== undefined);
  }

  #path(key: string): string {
    return join(this.#root, key);
  }
}

async function writeSynced(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const ABSENT = ['ENOENT', 'ENOTDIR', 'EISDIR'] as const;

async function unlessAbsent<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await call();
  } catch (error) {
    // Below a file, or in place of one, there is no object either.
    if (ABSENT.some((code) => hasCode(error, code))) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
