import { describe, expect, it } from 'vitest';
import type { ArchiveFolders } from '../../lib/archive/compaction/ports.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);

/** What every adapter of the objects of an archive must do. */
export function describeArchiveFolders(name: string, create: () => Promise<ArchiveFolders>): void {
  describe(name, () => {
    it('creates an object once, and reads it, whole and from its end', async () => {
      const objects = await create();
      expect(await objects.create('spans/dt=1/a', bytes('first'))).toBe('created');
      expect(await objects.create('spans/dt=1/a', bytes('second'))).toBe('exists');
      expect(text(await objects.read('spans/dt=1/a'))).toBe('first');
      expect(text(await objects.readEnd({ path: 'spans/dt=1/a', bytes: 5 }, 2))).toBe('st');
      expect(text(await objects.readEnd({ path: 'spans/dt=1/a', bytes: 5 }, 100))).toBe('first');
    });

    it('lets one of many create it', async () => {
      const objects = await create();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => objects.create('spans/b', bytes(String(i)))),
      );
      const winner = answers.indexOf('created');
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      expect(text(await objects.read('spans/b'))).toBe(String(winner));
    });

    it('lists what is right in a folder, by name: objects with their sizes, and folders', async () => {
      const objects = await create();
      for (const path of ['traces/x/2', 'traces/x/1', 'traces/x/y/3', 'traces/xy/4']) {
        await objects.create(path, bytes(path));
      }
      expect(await objects.list('traces/x/')).toEqual([
        { path: 'traces/x/1', bytes: 10 },
        { path: 'traces/x/2', bytes: 10 },
      ]);
      expect(await objects.listFolders('traces/')).toEqual(['x', 'xy']);
      expect(await objects.listFolders('traces/x/')).toEqual(['y']);
      expect(await objects.list('nothing/')).toEqual([]);
      expect(await objects.listFolders('nothing/')).toEqual([]);
    });
  });
}
