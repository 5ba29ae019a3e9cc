import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../lib/aws/system.ts';
import { useStores } from './temporary-store.ts';
import { traceIdOf } from './writer.ts';

const { open, newPath } = useStores();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that appends and sends as fast as it can, and says what was acknowledged. */
function startWriter(path: string, name: string) {
  const child = spawn(process.execPath, ['test/sqlite/writer.ts', path, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const acknowledged: number[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => acknowledged.push(Number(line)));
  return { child, acknowledged, lines };
}

describe('kill -9 in the middle of writes', () => {
  it('leaves a sound database with everything that was acknowledged', { timeout: 60_000 }, async () => {
    const path = newPath();
    const store = open({ path, clock: new SystemClock() });
    // Two processes at once, while this one reads.
    const writers = ['one', 'other'].map((name) => startWriter(path, name));
    const { buffer } = store.services();
    for (const { lines, acknowledged } of writers) {
      while (acknowledged.length < 150) await once(lines, 'line');
    }
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ child }) => once(child, 'close')));

    for (const [index, { acknowledged }] of writers.entries()) {
      for (const number of acknowledged) {
        const { fragments } = await buffer.read(traceIdOf(['one', 'other'][index] ?? '', number));
        expect(fragments).toHaveLength(1);
        expect(fragments[0]?.payload).toHaveLength(3_000);
      }
    }
    const named = new Set<string>();
    for (;;) {
      const messages = await store.messages.receive({ maxMessages: 500 });
      if (messages.length === 0) break;
      for (const { wakeUp } of messages) for (const { traceId } of wakeUp.fragments) named.add(traceId);
      await store.messages.acknowledge(messages.map(({ messageId }) => messageId));
    }
    for (const [index, { acknowledged }] of writers.entries()) {
      for (const number of acknowledged) expect(named).toContain(traceIdOf(['one', 'other'][index] ?? '', number));
    }
    const database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });
});
