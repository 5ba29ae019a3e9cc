import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resetFolder } from '../../lib/local/reset-folder.ts';
import { startLocal } from '../../lib/local/start.ts';
import { CommandError } from '../../lib/terminal/errors.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';
import { makeSpans, send } from './noisy-spans.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailgate-reset-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function runOnce(options: { readonly reset?: boolean } = {}) {
  const log = new RecordingLog();
  const config = configFrom('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
  const loopSettings = { batchWindowMs: 0 };
  const running = await startLocal({
    host: '127.0.0.1',
    port: 0,
    dataDir: folder,
    config,
    keys: [],
    log,
    loopSettings,
    ...options,
  });
  return { running, log };
}

describe('a reset', () => {
  it('deletes what waits and what was kept, and nothing else in the folder', async () => {
    const { running, log } = await runOnce();
    await send(running.url, makeSpans(1, 'one'));
    await log.until(() => log.total('sampled') === 1);
    await running.stop();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(folder, 'archive/notes.txt'), 'mine');
    const again = await runOnce({ reset: true });
    expect(again.log.entries).toMatchObject([{ message: expect.stringContaining('reset: deleted everything') }]);
    expect(readdirSync(join(folder, 'archive'))).toEqual(['notes.txt']);
    await again.running.stop();
    expect(readdirSync(folder)).toContain('notes.txt');
  });

  it('is nothing in a new folder', async () => {
    const { running, log } = await runOnce({ reset: true });
    await running.stop();
    expect(log.entries).toEqual([]);
  });

  it.each([
    ['has an archive of its own', () => mkdirSync(join(folder, 'archive/traces'), { recursive: true })],
    [
      'has a file buffer.db of another kind',
      () => writeFileSync(join(folder, 'buffer.db'), 'a text of somebody'.repeat(99)),
    ],
    [
      'has a database of another program',
      () => {
        const database = new DatabaseSync(join(folder, 'buffer.db'));
        database.exec('CREATE TABLE songs (name TEXT)');
        database.close();
      },
    ],
  ])('deletes nothing in a folder that %s', (_, make) => {
    make();
    mkdirSync(join(folder, 'archive/traces'), { recursive: true });
    writeFileSync(join(folder, 'archive/traces/kept'), 'mine');
    const before = readdirSync(folder);
    expect(() => resetFolder(folder)).toThrow(CommandError);
    expect(() => resetFolder(folder)).toThrow(/^--reset deletes nothing in /);
    expect(existsSync(join(folder, 'archive/traces/kept'))).toBe(true);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('leaves a folder that another Tailgate uses as it is', async () => {
    const { running, log } = await runOnce();
    await send(running.url, makeSpans(1, 'one'));
    writeFileSync(join(folder, 'tailgate.lock'), '1\n');
    await expect(runOnce({ reset: true })).rejects.toThrow(/is in use by process 1/);
    await log.until(() => log.total('sampled') === 1);
    expect(existsSync(join(folder, 'archive/traces'))).toBe(true);
    await running.stop();
  });
});
