// Loaded before the process under test (node --import): it tells its parent every second what it holds.
import { countOpenIterators } from '../support/open-iterators.ts';

/** What the process holds, at one moment. */
export interface Usage {
  /** LevelDB iterators that are open. */
  readonly iterators: number;
  readonly rssBytes: number;
  /** JavaScript objects, with garbage. */
  readonly heapBytes: number;
  /** Sockets, timers and the like that keep the process alive. */
  readonly resources: number;
}

const REPORT_MS = 1_000;
const openIterators = countOpenIterators();

setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  process.send?.({ iterators: openIterators(), rssBytes: rss, heapBytes: heapUsed, resources } satisfies Usage);
}, REPORT_MS).unref();
// The channel alone does not keep the process alive, and nothing outlives the parent.
process.channel?.unref();
process.on('disconnect', () => process.exit(1));
