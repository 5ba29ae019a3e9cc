import { mkdtempSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FilesystemObjectStore } from '../../../lib/aws/filesystem/object-store.ts';

/** What was done to the disk, in order. Drafts have names of their own each time. */
const { calls } = vi.hoisted(() => ({ calls: [] as string[] }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs/promises')>();
  const nameOf = (path: unknown) => basename(String(path)).replace(/^\.draft-.*/, 'draft');
  return {
    ...original,
    open: async (path: string, flags?: string): Promise<FileHandle> => {
      const handle = await original.open(path, flags);
      const { sync } = handle;
      handle.sync = async () => {
        calls.push(`sync ${nameOf(path)}`);
        await sync.call(handle);
      };
      return handle;
    },
    link: async (from: string, to: string) => {
      if (to.endsWith('refused')) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      calls.push(`link ${nameOf(from)} to ${nameOf(to)}`);
      await original.link(from, to);
    },
    rename: async (from: string, to: string) => {
      calls.push(`rename ${nameOf(from)} to ${nameOf(to)}`);
      await original.rename(from, to);
    },
  };
});

describe('before it answers, FilesystemObjectStore syncs', () => {
  const run = async (work: (store: FilesystemObjectStore) => Promise<unknown>) => {
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-syncs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await work(new FilesystemObjectStore(join(folder, 'root')));
    return calls.splice(0).map((call) => call.replace(basename(folder), 'above'));
  };

  it('the file, then its folder and what is above new folders; once there, only its folder', async () => {
    const whole = await run(async (store) => {
      await store.createOnly('a/b/object', Uint8Array.of(1));
      calls.push('answered');
      await store.createOnly('a/b/other', Uint8Array.of(1));
    });
    expect(whole).toEqual([
      ...['sync draft', 'link draft to object', 'sync b', 'sync a', 'sync root', 'sync above'],
      'answered',
      ...['sync draft', 'link draft to other', 'sync b'],
    ]);
  });

  it('what is above folders that an earlier call has made, and not synced because it failed', async () => {
    const whole = await run(async (store) => {
      await expect(store.createOnly('a/b/refused', Uint8Array.of(1))).rejects.toMatchObject({
        name: 'UnavailableError',
        message: expect.stringMatching(/^cannot write a\/b\/refused in .*root: no room$/),
        cause: { code: 'ENOSPC' },
      });
      await store.createOnly('a/b/object', Uint8Array.of(1));
    });
    expect(whole).toEqual([
      'sync draft',
      ...['sync draft', 'link draft to object', 'sync b', 'sync a', 'sync root', 'sync above'],
    ]);
  });

  it('the folder of an object that another has created', async () => {
    const whole = await run(async (store) => {
      await store.createOnly('object', Uint8Array.of(1));
      calls.length = 0;
      await store.createOnly('object', Uint8Array.of(1));
    });
    expect(whole).toEqual(['sync draft', 'link draft to object', 'sync root']);
  });

  it('what it puts', async () => {
    const whole = await run((store) => store.put('object', Uint8Array.of(1)));
    expect(whole).toEqual(['sync draft', 'rename draft to object', 'sync root', 'sync above']);
  });
});
