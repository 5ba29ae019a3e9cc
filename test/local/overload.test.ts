import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalOptions, type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';
import { readArchive, spansOf } from './archive-files.ts';
import { makeSpans, send } from './noisy-spans.ts';

let dataDir: string;
let log: RecordingLog;
let tailgate: RunningTailgate;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tailgate-overload-'));
  log = new RecordingLog();
});
afterEach(async () => {
  await tailgate.stop();
  rmSync(dataDir, { recursive: true });
});

async function start(wait: string, options: Partial<LocalOptions>): Promise<void> {
  const config = configFrom(`decision_wait: ${wait}\npolicies: [{ name: all, type: always_sample }]`);
  tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config, keys: [], log, ...options });
}

function messages(): readonly string[] {
  return log.entries.map(({ message }) => message).filter((message) => message.startsWith('overload'));
}

describe('a buffer that is full', () => {
  it('makes exporters wait: nothing is lost, nothing is kept twice, and it is said once', async () => {
    await start('1s', { maxBufferBytes: 300_000 });
    const spans = makeSpans(600, 'many');
    const errors: (Error | undefined)[] = [];
    // One after the other, so that the full buffer is seen: an exporter waits for 2 s before it sends again.
    for (let at = 0; at < spans.length; at += 200) {
      errors.push(await send(tailgate.url, spans.slice(at, at + 200)));
      await new Promise((resolve) => setTimeout(resolve, 110));
    }
    expect(errors).toEqual([undefined, undefined, undefined]);
    await log.until(() => log.total('sampled') === spans.length);
    const archived = spansOf(readArchive(dataDir)).map(({ spanId }) => spanId);
    expect(archived.sort()).toEqual(spans.map((span) => span.spanContext().spanId).sort());
    expect(messages().slice(0, 2)).toEqual(['overload: refusing spans', 'overload is over: accepting spans']);
    expect(messages().length).toBeLessThanOrEqual(4);
  });
});

describe('the size of the buffer on the disk', () => {
  it('stays bounded however much is decided', { timeout: 60_000 }, async () => {
    const maxBufferBytes = 1_000_000;
    await start('0s', { maxBufferBytes, loopSettings: { batchWindowMs: 0 } });
    let sent = 0;
    let largest = 0;
    // Six times the bound.
    while (sent < 6 * maxBufferBytes) {
      sent += 400 * 800;
      expect(await send(tailgate.url, makeSpans(400, 'one'))).toBeUndefined();
      largest = Math.max(largest, statSync(join(dataDir, 'buffer.db')).size);
    }
    // What waits comes on top of what is decided, in pages that are partly filled. Without a bound it would be ten times as much.
    expect(largest).toBeGreaterThan(maxBufferBytes / 2);
    expect(largest).toBeLessThan(4 * maxBufferBytes);
  });
});
