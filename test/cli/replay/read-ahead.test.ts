import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { StoredObject } from '../../../lib/archive/ports.ts';
import { readAhead } from '../../../lib/cli/replay/read-batches.ts';

const MIB = 1024 * 1024;

/** Objects whose bytes are their keys, and a log of what is opened. */
function archiveOf(sizes: readonly number[], failing: readonly string[] = []) {
  const opened: string[] = [];
  const failures = new Set(failing);
  const archive = {
    async *list() {
      for (const [index, byteLength] of sizes.entries()) {
        yield { key: String(index), byteLength, createdAtMs: 0 } satisfies StoredObject;
      }
    },
    async open(key: string) {
      opened.push(key);
      if (failures.delete(key)) throw new Error('no connection');
      return Readable.from([Buffer.from(key)]);
    },
  };
  return { archive, opened, objects: () => readAhead(archive.list(), archive) };
}

it('small objects are fetched while those before them are read, eight at most', async () => {
  const { objects, opened } = archiveOf(Array(30).fill(1000));
  const read: string[] = [];
  for await (const { key, open } of objects()) {
    expect(opened.length - read.length).toBeLessThanOrEqual(9);
    if (read.length < 20) expect(opened.length - read.length).toBeGreaterThan(8);
    read.push(await text(Readable.from((await open()) ?? expect.fail())));
    expect(read.at(-1)).toBe(key);
  }
  expect(read).toEqual(Array.from({ length: 30 }, (_, index) => String(index)));
  expect(opened).toEqual(read);
});

it('a large one is opened when it is its turn, so that it need not fit into memory', async () => {
  const { objects, opened } = archiveOf([MIB + 1, MIB, MIB + 1]);
  for await (const { open } of objects()) {
    if (opened.length === 1) expect(opened).toEqual(['1']);
    await open();
  }
  expect(opened).toEqual(['1', '0', '2']);
});

it('what could not be fetched is fetched again in its turn, and again when that is asked for', async () => {
  const { objects, opened } = archiveOf([10, 10], ['1']);
  for await (const { key, open } of objects()) {
    expect(await text(Readable.from((await open()) ?? expect.fail()))).toBe(key);
    expect(await text(Readable.from((await open()) ?? expect.fail()))).toBe(key);
  }
  expect(opened).toEqual(['0', '1', '0', '1', '1']);
});
