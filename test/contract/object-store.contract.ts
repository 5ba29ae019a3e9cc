import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../lib/archive/archive-reader.ts';
import { scopedKey } from '../../lib/archive/layout.ts';
import type { ObjectStore } from '../../lib/archive/ports.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { describeArchiveReader } from './archive-reader.contract.ts';
import { describeTraceArchive } from './trace-archive.contract.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array | undefined) => read && new TextDecoder().decode(read);
const hex = (read: Uint8Array | undefined) => read && Buffer.from(read).toString('hex');

/** What lib/archive/ports.ts promises of an object store, and the classes on top of it. Each case gets a store of its own. */
export function describeObjectStore(name: string, create: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    it('creates an object once, and reads it', async () => {
      const store = await create();
      expect(await store.createOnly('spans/dt=1/a', bytes('first'))).toBe('created');
      expect(await store.createOnly('spans/dt=1/a', bytes('second'))).toBe('exists');
      expect(text(await store.get('spans/dt=1/a'))).toBe('first');
      expect(await store.head('spans/dt=1/a')).toMatchObject({ byteLength: 5 });
    });

    it('reads a part of an object, as far as there is one', async () => {
      const store = await create();
      await store.createOnly('a', bytes('first'));
      expect(text(await store.getRange('a', 3, 5))).toBe('st');
      expect(text(await store.getRange('a', 1, 3))).toBe('ir');
      expect(text(await store.getRange('a', 0, 100))).toBe('first');
      expect(await store.getRange('a', 5, 9)).toHaveLength(0);
      expect(await store.getRange('a', 0, 0)).toHaveLength(0);
    });

    it('has no object below an object, nor in place of a folder', async () => {
      const store = await create();
      await store.createOnly('spans/a', bytes('first'));
      for (const key of ['spans/a/b', 'spans']) {
        expect(await store.get(key)).toBeUndefined();
        expect(await store.getRange(key, 0, 5)).toBeUndefined();
        expect(await store.open(key)).toBeUndefined();
        expect(await store.head(key)).toBeUndefined();
      }
      expect((await store.listFolder('spans/a/')).objects).toEqual([]);
    });

    it('lets one of many create an object', async () => {
      const store = await create();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.createOnly('spans/b', bytes(String(i)))),
      );
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      expect(text(await store.get('spans/b'))).toBe(String(answers.indexOf('created')));
    });

    it('has nothing at a key that was never written', async () => {
      const store = await create();
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.getRange('a/b', 0, 5)).toBeUndefined();
      expect(await store.open('a/b')).toBeUndefined();
      expect(await store.head('a/b')).toBeUndefined();
    });

    it.each([0, 1, 20_000, 12 * 1024 * 1024])('gives back %i bytes as they were put', async (length) => {
      const store = await create();
      const put = randomBytes(length);
      await store.put('spill/a/b', Uint8Array.from(put));
      expect(put.equals((await store.get('spill/a/b')) ?? expect.fail())).toBe(true);
      expect(put.equals(await buffer(Readable.from((await store.open('spill/a/b')) ?? expect.fail())))).toBe(true);
    });

    it('puts over what is there', async () => {
      const store = await create();
      await store.put('spill/a', Uint8Array.of(1, 2));
      await store.put('spill/a', Uint8Array.of(1, 2));
      expect(hex(await store.get('spill/a'))).toBe('0102');
      await store.put('spill/a', Uint8Array.of(3));
      expect(hex(await store.get('spill/a'))).toBe('03');
      expect(await store.createOnly('spill/a', Uint8Array.of(4))).toBe('exists');
    });

    it('lists what is directly in a folder: objects with their sizes, and folders', async () => {
      const store = await create();
      for (const key of ['traces/x/2', 'traces/x/1', 'traces/x/y/3', 'traces/xy/4']) {
        await store.createOnly(key, bytes(key));
      }
      const { objects, folders } = await store.listFolder('traces/x/');
      expect(objects.map(({ key, byteLength }) => ({ key, byteLength }))).toEqual([
        { key: 'traces/x/1', byteLength: 10 },
        { key: 'traces/x/2', byteLength: 10 },
      ]);
      expect(folders).toEqual(['y']);
      expect(await store.listFolder('traces/')).toEqual({ objects: [], folders: ['x', 'xy'] });
      expect(await store.listFolder('nothing/')).toEqual({ objects: [], folders: [] });
    });

    it('lists many objects in a folder, over all pages', async () => {
      const store = await create();
      const keys = Array.from({ length: 11 }, (_, i) => `x/${String(i).padStart(2, '0')}`);
      for (const key of keys.toReversed()) await store.put(key, bytes(key));
      expect((await store.listFolder('x/')).objects.map(({ key }) => key)).toEqual(keys);
    });

    it('lists objects at any depth in order, behind a key', async () => {
      const store = await create();
      const keys = ['x/a/b', 'x/a/c/d', 'x/a0', 'x/b/1', 'x/b/2', 'x/c'];
      for (const key of [...keys, 'w/1', 'y/a'].toReversed()) await store.put(key, bytes(key));
      expect(await listed(store, 'x/')).toEqual(keys);
      expect(await listed(store, 'x/a')).toEqual(keys.slice(0, 3));
      expect(await listed(store, 'x/a/')).toEqual(keys.slice(0, 2));
      expect(await listed(store, 'x/a/c/d')).toEqual(keys.slice(1, 2));
      for (const [index, key] of keys.entries()) expect(await listed(store, 'x/', key)).toEqual(keys.slice(index + 1));
      expect(await listed(store, 'x/', 'x/a/')).toEqual(keys);
      expect(await listed(store, 'x/', 'x/a/b0')).toEqual(keys.slice(1));
      expect(await listed(store, 'x/', 'x/aa')).toEqual(keys.slice(3));
      expect(await listed(store, 'nothing/')).toEqual([]);
    });
  });

  describe.each([undefined, 'shop'])(`on ${name}, for tenant %s`, (tenant) => {
    describeTraceArchive('GzipTraceArchive', async () => {
      const store = await create();
      return {
        archive: new GzipTraceArchive({ store, codecs: NODE_CODECS, tenant }),
        read: async (key) => {
          const stored = await store.get(scopedKey(key, { tenant }));
          return gunzipSync(stored ?? expect.fail(`nothing is at ${key}`)).toString();
        },
      };
    });
  });

  describeArchiveReader(`ArchiveReader on ${name}`, async (tenant) => {
    const store = await create();
    return { archive: new ArchiveReader({ store, tenant }), put: (key, object) => store.put(key, object) };
  });
}

/** The order of S3, which the emulator of it here does not keep for keys that are not plain. */
export function describeKeyOrder(name: string, create: () => Promise<ObjectStore>): void {
  it(`${name} lists keys in the order of their bytes`, async () => {
    const store = await create();
    const keys = ['x/a!', 'x/a-b', 'x/a/b', 'x/a/c/d', 'x/a0', 'x/é/1', 'x/\ue000', 'x/😀'];
    for (const key of keys.toReversed()) await store.put(key, bytes(key));
    expect(await listed(store, 'x/')).toEqual(keys);
    for (const [index, key] of keys.entries()) expect(await listed(store, 'x/', key)).toEqual(keys.slice(index + 1));
  });
}

async function listed(store: ObjectStore, prefix: string, after?: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, after)) keys.push(key);
  return keys;
}
