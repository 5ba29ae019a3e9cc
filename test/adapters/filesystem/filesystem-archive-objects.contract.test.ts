import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FilesystemArchiveObjects } from '../../../lib/adapters/filesystem/filesystem-archive-objects.ts';
import { describeArchiveObjects } from '../../contract/archive-objects.contract.ts';

describeArchiveObjects('FilesystemArchiveObjects', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-objects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return new FilesystemArchiveObjects(folder);
});
