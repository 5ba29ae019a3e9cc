// Loaded before the process under test (node --import): it tells its parent every second what it holds.
import { readdirSync } from 'node:fs';

/** What the process holds, at one moment. */
export interface Usage {
  readonly rssBytes: number;
  /** JavaScript objects, with garbage. */
  readonly heapBytes: number;
  /** File descriptors; 0 where the system does not tell. */
  readonly openFiles: number;
  /** Processor time since the start, in seconds. */
  readonly cpuSeconds: number;
}

const REPORT_MS = 1_000;

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const usage = { rssBytes: rss, heapBytes: heapUsed, openFiles: openFiles(), cpuSeconds: (user + system) / 1e6 };
  process.send?.(usage satisfies Usage);
}, REPORT_MS).unref();
// The channel alone does not keep the process alive, and nothing outlives the parent.
process.channel?.unref();
process.on('disconnect', () => process.exit(1));
