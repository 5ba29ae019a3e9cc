import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeOldTraces } from '../../lib/local/archive-retention.ts';

const DAY_MS = 86_400_000;
const RUNNING = new AbortController().signal;
const NOW = Date.parse('2026-11-28T12:00:00Z');

let archive: string;
beforeEach(() => {
  archive = mkdtempSync(join(tmpdir(), 'tailgate-retention-'));
});
afterEach(() => rmSync(archive, { recursive: true }));

function write(path: string, ageMs: number): string {
  const file = join(archive, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  utimesSync(file, (NOW - ageMs) / 1000, (NOW - ageMs) / 1000);
  return file;
}

const TRACES = 'traces_20261120T071300123Z-0123456789abcdef.jsonl.gz';

it('deletes kept traces and their copies that were written longer ago, and folders that are empty then', async () => {
  const old = [
    write(`traces/dt=2026-11-20/hour=07/${TRACES}`, 8 * DAY_MS),
    write('spans/dt=2026-11-20/hour=07/part-0.parquet', 8 * DAY_MS),
  ];
  const young = [
    // Written a moment too late.
    write(`traces/dt=2026-11-21/hour=12/${TRACES}`, 7 * DAY_MS),
    // Of an old hour, and written yesterday.
    write(`traces/dt=2026-11-01/hour=12/${TRACES}`, DAY_MS),
    // Of today, with a time of long ago: a day like this is not even looked at.
    write(`traces/dt=2026-11-28/hour=11/${TRACES}`, 30 * DAY_MS),
  ];
  const foreign = [
    write('traces/dt=2026-11-20/hour=07/notes.txt', 100 * DAY_MS),
    write(`traces/somewhere/else/${TRACES}`, 100 * DAY_MS),
    write(`mine/dt=2026-11-20/hour=07/${TRACES}`, 100 * DAY_MS),
    write(`traces/dt=none/hour=07/${TRACES}`, 100 * DAY_MS),
  ];
  expect(await removeOldTraces({ archive, nowMs: NOW, retentionMs: 7 * DAY_MS, signal: RUNNING })).toBe(old.length);
  for (const file of old) expect(existsSync(file), file).toBe(false);
  for (const file of [...young, ...foreign]) expect(existsSync(file), file).toBe(true);
  expect(existsSync(join(archive, 'spans/dt=2026-11-20'))).toBe(false);
  expect(await removeOldTraces({ archive, nowMs: NOW, retentionMs: 7 * DAY_MS, signal: RUNNING })).toBe(0);
});

it('does nothing where nothing was kept yet', async () => {
  expect(
    await removeOldTraces({ archive: join(archive, 'none'), nowMs: NOW, retentionMs: DAY_MS, signal: RUNNING }),
  ).toBe(0);
});

it('stops with the process, and goes on another time', async () => {
  const old = write(`traces/dt=2026-11-20/hour=07/${TRACES}`, 8 * DAY_MS);
  const stopped = { archive, nowMs: NOW, retentionMs: 7 * DAY_MS, signal: AbortSignal.abort() };
  expect(await removeOldTraces(stopped)).toBe(0);
  expect(existsSync(old)).toBe(true);
});
