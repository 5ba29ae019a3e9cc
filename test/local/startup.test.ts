import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type LocalOptions, startLocal } from '../../lib/local/start.ts';
import { configFrom } from '../support/sampling-config.ts';
import { silentLog } from '../support/silent-log.ts';
import { makeSpans, send } from './noisy-spans.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-startup-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const PROC_IO = '/proc/self/io';

/** Bytes that this process has read from files, whether they were cached or not. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(PROC_IO, 'utf8'))?.[1]);
}

it.skipIf(!existsSync(PROC_IO))('starts without reading what waits', async () => {
  const config = configFrom('decision_wait: 10m\npolicies: [{ name: all, type: always_sample }]');
  const options: LocalOptions = { host: '127.0.0.1', port: 0, dataDir, config, keys: [], log: silentLog };
  const first = await startLocal(options);
  for (let request = 0; request < 40; request++) await send(first.url, makeSpans(400, 'one'));
  await first.stop();
  const waiting = statSync(join(dataDir, 'buffer.db')).size;
  expect(waiting).toBeGreaterThan(8_000_000);

  const before = bytesRead();
  const again = await startLocal(options);
  expect(await send(again.url, makeSpans(1, 'one'))).toBeUndefined();
  expect(bytesRead() - before).toBeLessThan(waiting / 20);
  await again.stop();
});
