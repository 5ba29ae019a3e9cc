import { expect, it, vi } from 'vitest';
import { OnDemandObjectStore } from '../../../functions/shared/on-demand-object-store.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';

const BYTES = new Uint8Array([1, 2, 3]);

it('is made once, with the first call, however many come at once', async () => {
  const make = vi.fn(async () => new MemoryObjectStore());
  const store = new OnDemandObjectStore(make);
  expect(make).not.toHaveBeenCalled();
  await Promise.all(['spill/a', 'spill/b'].map((key) => store.put(key, BYTES)));
  expect(await store.get('spill/b')).toEqual(BYTES);
  expect(await store.createOnly('spill/a', BYTES)).toBe('exists');
  expect(make).toHaveBeenCalledTimes(1);
});

it('is made again by the next call when it could not be made', async () => {
  const make = vi.fn(async () => new MemoryObjectStore());
  make.mockRejectedValueOnce(new Error('no such file'));
  const store = new OnDemandObjectStore(make);
  await expect(store.put('spill/a', BYTES)).rejects.toThrow('no such file');
  await store.put('spill/a', BYTES);
  expect(await store.get('spill/a')).toEqual(BYTES);
});
