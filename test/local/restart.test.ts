import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { exportRequest, spanIdOf } from '../support/export-request.ts';
import { readArchive, spansOf } from './archive-files.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-kill-'));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** A running local Tailgate, and what it says. */
async function serve(product: 'local' | 'engines') {
  const child = spawn(process.execPath, ['test/local/serve.ts', dataDir, product], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const check of waiting) check();
  });
  const until = (condition: (lines: readonly Record<string, unknown>[]) => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (condition(lines)) resolve();
      };
      waiting.add(check);
      check();
    });
  await until(([first]) => first?.['message'] === 'ready');
  return { child, url: String(lines[0]?.['url']), lines, until };
}

describe.each(['local', 'engines'] as const)('kill -9 in the middle of a load, on %s', (product) => {
  it('loses no span that was acknowledged and keeps none twice', { timeout: 60_000 }, async () => {
    const acknowledged = new Set<string>();
    const killed = await serve(product);
    let sent = 0;
    const exporter = async () => {
      for (;;) {
        // Two requests a trace, so that some traces are torn by the kill.
        const number = sent++;
        const span = number.toString(16);
        const spec = { trace: Math.floor(number / 2 + 1).toString(16), span: `f${span}` };
        try {
          const answer = await fetch(`${killed.url}/v1/traces`, {
            method: 'POST',
            headers: { 'content-type': 'application/x-protobuf' },
            body: exportRequest([spec]),
          });
          if (answer.status === 200) acknowledged.add(spanIdOf(spec.span));
        } catch {
          return;
        }
      }
    };
    const exporters = Promise.all(Array.from({ length: 4 }, exporter));
    // Decisions are under way, and so are requests: now.
    await killed.until((lines) => lines.filter(({ message }) => message === 'decision batch').length >= 3);
    killed.child.kill('SIGKILL');
    await Promise.all([once(killed.child, 'exit'), exporters]);

    const restarted = await serve(product);
    const archivedIds = () => spansOf(readArchive(dataDir)).map(({ spanId }) => spanId);
    await restarted.until(() => {
      const archived = new Set(archivedIds());
      return [...acknowledged].every((span) => archived.has(span));
    });
    const archived = archivedIds();
    expect(acknowledged.size).toBeGreaterThan(20);
    expect(archived.length).toBe(new Set(archived).size);
  });
});
