import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FilesystemObjectStore } from '../../lib/aws/filesystem/object-store.ts';
import { type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { GroupCommit } from '../../lib/sqlite/group-commit.ts';
import { exportRequest } from '../support/export-request.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';
import { readArchive } from './archive-files.ts';

let dataDir: string;
let log: RecordingLog;
let tailgate: RunningTailgate;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tailgate-full-'));
  log = new RecordingLog();
});
afterEach(async () => {
  await tailgate.stop();
  vi.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
});

async function start(): Promise<void> {
  const config = configFrom('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
  const loopSettings = { batchWindowMs: 0 };
  tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config, keys: [], log, loopSettings });
}

function send(): Promise<Response> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const body = exportRequest([{ trace: 'a', span: 'b' }]);
  return fetch(`${tailgate.url}/v1/traces`, { method: 'POST', headers, body });
}

const noRoom = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const messages = () => log.entries.map(({ message }) => message).filter((message) => message !== 'ingest');
const wasSaid = (message: string) => log.until(() => messages().includes(message));

describe('while there is no room', () => {
  it('for the archive, a decision waits, and is no attempt; it is written once there is', async () => {
    await start();
    const full = vi.spyOn(FilesystemObjectStore.prototype, 'createOnly').mockRejectedValue(noRoom());
    expect((await send()).status).toBe(200);
    await wasSaid('the disk cannot be written');
    full.mockRestore();
    await wasSaid('decision batch');
    expect(messages()).toEqual(['the disk cannot be written', 'the disk can be written again', 'decision batch']);
    expect(log.entries.at(-1)?.fields).toMatchObject({ sampled: 1, continued: 0, deadLettered: 0, failed: 0 });
    expect(readArchive(dataDir)).toHaveLength(1);
  });

  it('for the buffer, spans are refused, and accepted once there is', async () => {
    await start();
    const cause = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    const full = vi.spyOn(GroupCommit.prototype, 'write').mockRejectedValue(new UnavailableError('full', { cause }));
    for (let count = 0; count < 3; count++) {
      const refused = await send();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    }
    expect(messages()).toEqual(['spans could not be made durable']);
    full.mockRestore();
    expect((await send()).status).toBe(200);
    await wasSaid('decision batch');
    expect(readArchive(dataDir)).toHaveLength(1);
  });

  it('a part that waits stops when it is told to, and the next start goes on', async () => {
    await start();
    const full = vi.spyOn(FilesystemObjectStore.prototype, 'createOnly').mockRejectedValue(noRoom());
    await send();
    await wasSaid('the disk cannot be written');
    await tailgate.stop();
    full.mockRestore();
    expect(log.entries.find(({ fields }) => Number(fields['deadLettered']) > 0)).toBeUndefined();
    await start();
  });
});

describe('what a writer that was killed has left', () => {
  it('is deleted at the next start, unless it may be of another writer at work', async () => {
    const folder = join(dataDir, 'archive/traces/dt=2026-11-21/hour=12');
    mkdirSync(folder, { recursive: true });
    for (const name of ['.draft-old', '.draft-young', 'traces_a.jsonl.gz']) writeFileSync(join(folder, name), 'half');
    const anHourAgo = Date.now() / 1_000 - 3_600;
    for (const name of ['.draft-old', 'traces_a.jsonl.gz']) utimesSync(join(folder, name), anHourAgo, anHourAgo);
    await start();
    await vi.waitFor(() => expect(readdirSync(folder).sort()).toEqual(['.draft-young', 'traces_a.jsonl.gz']));
  });
});
