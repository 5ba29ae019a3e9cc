import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SpillStore } from '../../lib/pipeline/ports.ts';

/** What ports.ts promises of a spill store. Cases share it: each uses keys of its own. */
export function describeSpillStore(name: string, create: () => SpillStore): void {
  describe(`${name} as a spill store`, () => {
    it.each([0, 1, 20_000, 12 * 1024 * 1024])('gives back %i bytes as they were put', async (length) => {
      const store = create();
      const key = newKey();
      const bytes = Uint8Array.from(randomBytes(length));
      await store.put(key, bytes);
      expect(Buffer.compare((await store.get(key)) ?? Buffer.from('nothing'), bytes)).toBe(0);
    });

    it('takes the same key twice', async () => {
      const store = create();
      const key = newKey();
      await store.put(key, Uint8Array.of(1, 2));
      await store.put(key, Uint8Array.of(1, 2));
      expect(Uint8Array.from((await store.get(key)) ?? [])).toEqual(Uint8Array.of(1, 2));
    });

    it('has nothing at a key that was never put', async () => {
      expect(await create().get(newKey())).toBeUndefined();
    });
  });
}

function newKey(): string {
  return `spill/${randomUUID().replaceAll('-', '')}/${randomBytes(12).toString('hex')}`;
}
