import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { archiveTables } from '../../lib/archive/tables/archive-tables.ts';
import { writeArchive } from './dataset.ts';
import { writeDefinitions } from './file-metastore.ts';
import { writeForeign } from './foreign.ts';
import { ODD, ODD_LATE } from './odd.ts';
import { LATE, SHOP } from './shop.ts';
import { findToolchain } from './toolchain.ts';
import { install, installationFolder } from './trino-installation.ts';
import { startTrino } from './trino-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    trinoUrl: string;
    filesDir: string;
  }
}

export const RETENTION_DAYS = 30;
/** The databases that the checks run in: one for each SerDe, and one that keeps tenants apart. */
export const DATABASES = [
  { name: 'hive', serde: 'hive', archive: 'shop', tenants: false },
  { name: 'openx', serde: 'openx', archive: 'shop', tenants: false },
  { name: 'odd_hive', serde: 'hive', archive: 'odd', tenants: false },
  { name: 'odd_openx', serde: 'openx', archive: 'odd', tenants: false },
  { name: 'foreign_hive', serde: 'hive', archive: 'foreign', tenants: false },
  { name: 'foreign_openx', serde: 'openx', archive: 'foreign', tenants: false },
  { name: 'tenants', serde: 'hive', archive: 'tenants', tenants: true },
] as const;

/** Writes the archives, starts Trino over them, and stops it in the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const toolchain = findToolchain(process.env);
  if (typeof toolchain === 'string') throw new Error(toolchain);
  const installation = installationFolder(process.env);
  if (toolchain.maven !== undefined) install(installation, toolchain.maven);
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-trino-'));
  const filesDir = join(folder, 'files');
  const workDir = join(folder, 'work');
  mkdirSync(workDir);
  await writeArchive(join(filesDir, 'shop'), SHOP, LATE);
  await writeArchive(join(filesDir, 'odd'), ODD, ODD_LATE);
  writeForeign(filesDir, 'shop');
  for (const { name, serde, archive, tenants } of DATABASES) {
    const location = `local:///${archive}/archive/traces`;
    const tables = archiveTables({ databaseName: name, location, tenants, retentionDays: RETENTION_DAYS, serde });
    writeDefinitions(join(filesDir, 'metastore'), name, tables);
  }
  const trino = await startTrino({ java: toolchain.java, installation, workDir, filesDir, metastore: 'metastore' });
  project.provide('trinoUrl', trino.url);
  project.provide('filesDir', filesDir);
  return async () => {
    await trino.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
