import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataFolder } from '../../lib/local/data-folder.ts';
import { startLocal } from '../../lib/local/start.ts';
import { CommandError } from '../../lib/terminal/errors.ts';
import { configFrom } from '../support/sampling-config.ts';
import { silentLog } from '../support/silent-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailgate-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function start() {
  const config = configFrom('policies: [{ name: all, type: always_sample }]');
  return startLocal({ host: '127.0.0.1', port: 0, dataDir: folder, config, keys: [], log: silentLog });
}

describe('a data folder of Tailgate 0.1', () => {
  it.each([['buffer'], ['queue'], ['buffer', 'queue']])('with %s is refused, with what to do', (...old) => {
    for (const name of old) mkdirSync(join(folder, name));
    mkdirSync(join(folder, 'archive/traces'), { recursive: true });
    expect(() => takeDataFolder(folder)).toThrow(CommandError);
    const names = old.map((name) => join(folder, name)).join(' and ');
    expect(() => takeDataFolder(folder)).toThrow(
      new RegExp(
        `has spans of Tailgate 0\\.1 in it.*start 0\\.1 once more.*delete ${names}\\. The kept traces in ${folder}/archive`,
      ),
    );
    expect(existsSync(join(folder, 'tailgate.lock'))).toBe(false);
    for (const name of old) expect(existsSync(join(folder, name))).toBe(true);
  });

  it('is taken when what it had waiting is deleted, with its archive', async () => {
    const kept = join(folder, 'archive/traces/dt=2026-11-21/hour=07/traces_a.jsonl.gz');
    mkdirSync(join(kept, '..'), { recursive: true });
    writeFileSync(kept, 'kept');
    const tailgate = await start();
    await tailgate.stop();
    expect(readFileSync(kept, 'utf8')).toBe('kept');
  });
});

describe('a buffer that is no database', () => {
  it('is refused, and left as it is', async () => {
    const file = join(folder, 'buffer.db');
    writeFileSync(file, 'something else'.repeat(1_000));
    await expect(start()).rejects.toThrow(CommandError);
    await expect(start()).rejects.toThrow(`${file} is not a database of Tailgate`);
    expect(readFileSync(file, 'utf8')).toMatch(/^something else/);
    expect(existsSync(join(folder, 'tailgate.lock'))).toBe(false);
  });
});
