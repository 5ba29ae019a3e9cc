import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ArchiveReader, PartitionRange } from '../../lib/archive/archive-reader.ts';

export interface ArchiveReaderHarness {
  readonly archive: ArchiveReader;
  /** Puts an object into the bucket. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

const at = (partition: string, name = 'traces_1.jsonl.gz') => `traces/${partition}/${name}`;

/** What archive-reader.ts promises. Each case gets a store of its own. */
export function describeArchiveReader(name: string, create: (tenant?: string) => Promise<ArchiveReaderHarness>): void {
  const listed = async ({ archive }: ArchiveReaderHarness, range: PartitionRange = {}) => {
    const keys: string[] = [];
    for await (const { key } of archive.list(range)) keys.push(key);
    return keys;
  };
  const putAll = async (harness: ArchiveReaderHarness, keys: readonly string[]) => {
    for (const key of keys) await harness.put(key, Buffer.from(key));
  };

  describe(name, () => {
    it('lists objects in the order of their keys, over all pages', async () => {
      const harness = await create();
      const keys = ['dt=2026-11-20/hour=23', 'dt=2026-11-21/hour=00', 'dt=2026-11-21/hour=10'].flatMap((partition) =>
        ['traces_10', 'traces_9', 'traces_a'].map((object) => at(partition, `${object}.jsonl.gz`)),
      );
      await putAll(harness, keys.toReversed());
      expect(await listed(harness)).toEqual(keys);
    });

    it('lists nothing of an archive that is not there', async () => {
      expect(await listed(await create())).toEqual([]);
    });

    it('keeps to a range of hours, both of them included', async () => {
      const harness = await create();
      const partitions = [
        'dt=2026-11-20/hour=23',
        'dt=2026-11-21/hour=00',
        'dt=2026-11-21/hour=01',
        'dt=2026-11-22/hour=00',
      ];
      await putAll(
        harness,
        partitions.map((partition) => at(partition)),
      );
      const hours = async (first: string | undefined, last: string | undefined) =>
        (await listed(harness, { first, last })).map((key) => partitions.indexOf(key.split('/').slice(1, 3).join('/')));
      expect(await hours(undefined, undefined)).toEqual([0, 1, 2, 3]);
      expect(await hours(partitions[1], undefined)).toEqual([1, 2, 3]);
      expect(await hours(undefined, partitions[2])).toEqual([0, 1, 2]);
      expect(await hours(partitions[1], partitions[1])).toEqual([1]);
      expect(await hours('dt=2026-11-21/hour=02', 'dt=2026-11-21/hour=23')).toEqual([]);
    });

    it('leaves out what is hidden, and what lies in no hour', async () => {
      const harness = await create();
      const keys = [at('dt=2026-11-21/hour=10', 'b.jsonl.gz'), at('dt=2026-11-21/hour=10', 'notes.txt')];
      await putAll(harness, [
        ...keys,
        at('dt=2026-11-21/hour=10', '.hidden'),
        at('dt=2026-11-21/hour=10', '_SUCCESS'),
        'traces/readme.txt',
        'traces/dt=2026-11-21/readme.txt',
        'traces/dt=tomorrow/hour=10/a',
        'spans/dt=2026-11-21/hour=10/a',
      ]);
      expect(await listed(harness)).toEqual(keys);
    });

    it('keeps tenants apart', async () => {
      const keys = [
        at('dt=2026-11-21/hour=10'),
        at('tenant=a/dt=2026-11-21/hour=10'),
        at('tenant=b/dt=2026-11-21/hour=10'),
      ];
      for (const [index, tenant] of [undefined, 'a', 'b'].entries()) {
        const harness = await create(tenant);
        await putAll(harness, keys);
        expect(await listed(harness)).toEqual([keys[index]]);
        expect(await listed(harness, { first: 'dt=2026-11-21/hour=10', last: 'dt=2026-11-21/hour=10' })).toEqual([
          keys[index],
        ]);
        expect(await harness.archive.tenants()).toEqual(['a', 'b']);
      }
      expect(await (await create()).archive.tenants()).toEqual([]);
    });

    it('says how large an object is, and when it was written', async () => {
      const harness = await create();
      // S3 has whole seconds.
      const beforeMs = Math.floor(Date.now() / 1000) * 1000;
      await putAll(harness, [at('dt=2026-11-21/hour=10')]);
      for await (const { byteLength, createdAtMs } of harness.archive.list({})) {
        expect(byteLength).toBe(at('dt=2026-11-21/hour=10').length);
        expect(createdAtMs).toBeGreaterThanOrEqual(beforeMs);
        expect(createdAtMs).toBeLessThanOrEqual(Date.now());
      }
    });

    it('reads an object of many megabytes, and none that is gone', async () => {
      const harness = await create();
      const key = at('dt=2026-11-21/hour=10');
      const bytes = Buffer.alloc(12 * 1024 * 1024, 'some bytes');
      await harness.put(key, bytes);
      const stream = await harness.archive.open(key);
      expect((await buffer(Readable.from(stream ?? expect.fail()))).equals(bytes)).toBe(true);
      expect(await harness.archive.open(`${key}.not`)).toBeUndefined();
    });
  });
}
