import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { line, newDataFolder, oneSpan, PARTITION, writeObject } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const OBJECT = `${PARTITION}/traces_20260915T071300000Z-00000000000000aa.jsonl.gz`;

function copyOfBucket(): string {
  const dataDir = newDataFolder();
  writeObject(dataDir, `tenant=shop/${OBJECT}`, [line(oneSpan({ name: 'of shop' }))]);
  writeObject(dataDir, `tenant=bank/${OBJECT}`, [line(oneSpan({ name: 'of bank' }))]);
  return dataDir;
}

describe('an archive that keeps tenants apart', () => {
  it.each([[['SELECT * FROM traces']], [['--name', 'red']]])('is refused, with what to do: %j', async (argv) => {
    const dataDir = copyOfBucket();
    const { code, out, complaints } = await ask(['--data', dataDir, ...argv]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('keeps tenants apart (tenant=bank, tenant=shop)');
    expect(complaints[0]).toContain(join(dataDir, 'archive', 'traces', 'tenant=bank'));
  });

  it('is readable tenant by tenant, as the message says', async () => {
    const dataDir = newDataFolder('of-shop');
    const folder = join(copyOfBucket(), 'archive', 'traces', 'tenant=shop');
    cpSync(folder, join(dataDir, 'archive', 'traces'), { recursive: true });
    const { out, complaints } = await ask(['--data', dataDir, '--json', 'SELECT name, hour FROM spans']);
    expect(complaints).toEqual([]);
    expect(JSON.parse(out)).toEqual({ name: 'of shop', hour: 7 });
  });
});
