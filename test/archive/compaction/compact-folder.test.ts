import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CompactionLimits, compactFolder } from '../../../lib/archive/compaction/compact-folder.ts';
import { objectsOfPart } from '../../../lib/archive/compaction/part-file.ts';
import type { ObjectStore } from '../../../lib/archive/ports.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { line, oneSpan } from '../../cli/query/support/archive-folder.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';

const FOLDER = 'dt=2026-09-15/hour=07/';
const nameOf = (n: number) => `traces_20260915T071300000Z-${String(n).padStart(16, '0')}.jsonl.gz`;
/** Two objects fill a part. */
const LIMITS: CompactionLimits = { partJsonBytes: 900, objectJsonBytes: 5000 };

async function archiveOf(count: number): Promise<MemoryObjectStore> {
  const archive = new MemoryObjectStore();
  for (let n = 0; n < count; n++) await addObject(archive, n);
  return archive;
}

async function addObject(archive: ObjectStore, n: number): Promise<void> {
  const text = `${JSON.stringify(line(oneSpan({ name: `s${n}` }), { seq: 1 }))}\n`;
  await archive.createOnly(`traces/${FOLDER}${nameOf(n)}`, gzipSync(text));
}

const compact = (store: ObjectStore, hasTime = () => true) =>
  compactFolder(FOLDER, { store, codecs: NODE_CODECS }, hasTime, LIMITS);

/** The objects of each part. */
async function coverage(archive: ObjectStore): Promise<(readonly string[])[]> {
  const { objects: parts } = await archive.listFolder(`spans/${FOLDER}`);
  return Promise.all(parts.map(async ({ key }) => objectsOfPart((await archive.get(key)) ?? expect.fail(key))));
}

/** The same objects, with something done at the calls. */
function intercepted(archive: ObjectStore, at: (call: number, when: 'before' | 'after') => Promise<void> | void) {
  let calls = 0;
  const step = async <Answer>(effect: () => Promise<Answer>): Promise<Answer> => {
    const call = calls++;
    await at(call, 'before');
    const answer = await effect();
    await at(call, 'after');
    return answer;
  };
  const objects: ObjectStore = {
    list: () => expect.fail('lists whole archives'),
    listFolder: (folder) => step(() => archive.listFolder(folder)),
    get: (key) => step(() => archive.get(key)),
    getRange: (key, begin, end) => step(() => archive.getRange(key, begin, end)),
    open: (key) => step(() => archive.open(key)),
    head: (key) => step(() => archive.head(key)),
    createOnly: (key, bytes, attributes) => step(() => archive.createOnly(key, bytes, attributes)),
    put: () => expect.fail('writes over objects'),
  };
  return { objects, calls: () => calls };
}

describe('compactFolder', () => {
  it('fills parts up to their limit, and counts what it does', async () => {
    const archive = await archiveOf(5);
    const result = await compact(archive);
    expect(result).toMatchObject({ isComplete: true, refused: [], parts: 3, objects: 5, spans: 5 });
    expect(await coverage(archive)).toEqual([[nameOf(0), nameOf(1)], [nameOf(2), nameOf(3)], [nameOf(4)]]);
    const { objects: parts } = await archive.listFolder(`spans/${FOLDER}`);
    expect(result.bytesAfter).toBe(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  });

  it('has nothing to do the second time, and puts what has come since into a further part', async () => {
    const archive = await archiveOf(2);
    await compact(archive);
    expect(await compact(archive)).toMatchObject({ isComplete: true, parts: 0, objects: 0 });
    await addObject(archive, 9);
    expect(await compact(archive)).toMatchObject({ isComplete: true, parts: 1, objects: 1 });
    expect(await coverage(archive)).toEqual([[nameOf(0), nameOf(1)], [nameOf(9)]]);
  });

  it('begins no part when time has run out', async () => {
    const archive = await archiveOf(5);
    let looks = 0;
    expect(await compact(archive, () => ++looks <= 2)).toMatchObject({ isComplete: false, refused: [], parts: 2 });
    expect(await compact(archive)).toMatchObject({ isComplete: true, parts: 1 });
  });

  it('leaves an object that is too large to JSON', async () => {
    const archive = await archiveOf(1);
    const large = JSON.stringify(line(oneSpan({ name: 'x'.repeat(6000) })));
    await archive.createOnly(`traces/${FOLDER}${nameOf(5)}`, gzipSync(large));
    const { isComplete, refused, objects } = await compact(archive);
    expect({ isComplete, objects }).toEqual({ isComplete: false, objects: 1 });
    expect(refused.map(({ reason }) => reason)).toEqual([expect.stringContaining('Cannot create a Buffer larger')]);
  });

  it('loses nothing and takes nothing twice, wherever it dies', async () => {
    const { objects, calls } = intercepted(await archiveOf(5), () => {});
    await compact(objects);
    expect(calls()).toBeGreaterThan(10);
    for (let at = 0; at < calls(); at++) {
      for (const when of ['before', 'after'] as const) {
        const archive = await archiveOf(5);
        const dying = intercepted(archive, (call, now) => {
          if (call === at && now === when) throw new Error('died');
        });
        // What is read ahead may die without anybody who needs it.
        await compact(dying.objects).catch((error) => expect(error.message).toBe('died'));
        await compact(archive);
        expect((await coverage(archive)).flat().sort()).toEqual([0, 1, 2, 3, 4].map(nameOf));
      }
    }
  });

  it('takes nothing twice, wherever another run comes in between', async () => {
    const { objects, calls } = intercepted(await archiveOf(5), () => {});
    await compact(objects);
    for (let at = 0; at < calls(); at++) {
      const archive = await archiveOf(5);
      const slow = intercepted(archive, async (call, when) => {
        if (call !== at || when !== 'before') return;
        await addObject(archive, 7);
        await compact(archive);
      });
      await compact(slow.objects);
      expect((await coverage(archive)).flat().sort()).toEqual([0, 1, 2, 3, 4, 7].map(nameOf));
    }
  });
});
