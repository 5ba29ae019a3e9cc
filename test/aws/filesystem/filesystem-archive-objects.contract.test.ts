import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FilesystemArchiveObjects } from '../../../lib/aws/filesystem/object-store.ts';
import { describeArchiveObjects } from '../../contract/archive-objects.contract.ts';

describeArchiveObjects('FilesystemArchiveObjects', async (tenant) => {
  const folder = await mkdtemp(join(tmpdir(), 'tailgate-objects-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return {
    archive: new FilesystemArchiveObjects({ folder, tenant }),
    async put(key, bytes) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    },
  };
});
