import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FilesystemObjectStore } from '../../../lib/aws/filesystem/object-store.ts';
import { describeKeyOrder, describeObjectStore } from '../../contract/object-store.contract.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-objects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describeObjectStore('FilesystemObjectStore', async () => new FilesystemObjectStore(newFolder()));
describeKeyOrder('FilesystemObjectStore', async () => new FilesystemObjectStore(newFolder()));

it('has nothing in a folder that is not there yet, and makes it', async () => {
  const store = new FilesystemObjectStore(join(newFolder(), 'archive'));
  expect(await store.listFolder('')).toEqual({ objects: [], folders: [] });
  expect(await store.createOnly('a/b', Uint8Array.of(1))).toBe('created');
  expect(await store.listFolder('')).toEqual({ objects: [], folders: ['a'] });
});

it('leaves no draft behind, and shows none that another process is writing', async () => {
  const folder = newFolder();
  const store = new FilesystemObjectStore(folder);
  await store.createOnly('a', Uint8Array.of(1));
  await store.createOnly('a', Uint8Array.of(2));
  await store.put('a', Uint8Array.of(3));
  expect(readdirSync(folder)).toEqual(['a']);
  writeFileSync(join(folder, '.draft-of-another'), 'half');
  expect((await store.listFolder('')).objects.map(({ key }) => key)).toEqual(['a']);
});

it('follows links, and leaves out those that lead nowhere', async () => {
  const folder = newFolder();
  const store = new FilesystemObjectStore(folder);
  mkdirSync(join(folder, 'there'));
  writeFileSync(join(folder, 'there', 'b'), 'b');
  symlinkSync(join(folder, 'there'), join(folder, 'linked'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'gone'));
  expect(await store.listFolder('')).toEqual({ objects: [], folders: ['linked', 'there'] });
});
