import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FilesystemArchiveFolders } from '../../../lib/aws/filesystem/object-store.ts';
import { describeArchiveFolders } from '../../contract/archive-folders.contract.ts';

describeArchiveFolders('FilesystemArchiveFolders', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-objects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return new FilesystemArchiveFolders(folder);
});
