import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../lib/traffic/random.ts';
import { readLines } from '../soak/archived.ts';
import { draftsIn, readIndependently } from './compare.ts';
import { SmallDisk, whyNoMounts } from './disk.ts';
import { faultsOf, type Target } from './faults.ts';
import { CONFIG, seedFor } from './plan.ts';
import { FAIR, FaultyProxy } from './proxy.ts';
import { damageOf, drain, type Waiting } from './queue.ts';
import { Supervised } from './supervised.ts';
import { listCounts, type System, unlessNone } from './system.ts';

const DISK_MB = 512;
const DRAIN_SECONDS = 900;

export interface LocalSystemOptions {
  readonly seed: number;
  /** Whether its files stay. */
  readonly keep: boolean;
  /** Spans that were accepted so far. */
  readonly accepted: () => number;
}

/** `tailgate start` with its data on small disks of its own, which can be filled. */
export async function startLocalSystem(
  { seed, keep, accepted }: LocalSystemOptions,
  cleanUp: AsyncDisposableStack,
): Promise<System> {
  const root = mkdtempSync(join(tmpdir(), 'tailgate-chaos-'));
  cleanUp.defer(() => (keep ? console.log(`kept ${root}`) : rmSync(root, { recursive: true, force: true })));
  const [data, configFile] = [join(root, 'data'), join(root, 'chaos.yaml')];
  const [archive, buffer] = [join(data, 'archive'), join(data, 'buffer.db')];
  writeFileSync(configFile, CONFIG);
  const disks = mountDisks(data, archive, cleanUp);
  const proxy = new FaultyProxy(createRandom(seedFor(seed, 'network')));
  const url = await proxy.listen();
  cleanUp.defer(() => proxy.close());
  const args = ['--data', data, '--config', configFile, '--max-buffer', `${DISK_MB * 600}kB`];
  const tailgate = new Supervised(args, proxy);
  cleanUp.defer(() => tailgate.kill());
  await tailgate.start();
  const target: Target = { tailgate, proxy, disks, accepted };
  let waiting: Waiting = { wakeUps: 0, deadLetters: 0, heldBytes: 0 };
  return {
    url,
    headers: {},
    exporters: 4,
    timeoutMs: 8_000,
    proxy,
    faults: faultsOf(target),
    gauges() {
      const { rssBytes, lagMs } = tailgate.sample();
      return {
        'lag s': Math.round(lagMs / 100) / 10,
        'RSS MB': Math.round(rssBytes / 1e6),
        starts: tailgate.counts.starts,
      };
    },
    async calm() {
      proxy.weather = FAIR;
    },
    async settle() {
      waiting = await drain(buffer, DRAIN_SECONDS);
    },
    async readers() {
      await tailgate.terminate();
      return { 'own reader': readLines(archive), 'independent reader': readIndependently(archive) };
    },
    summary: () => [
      `processes: ${listCounts(Object.entries(tailgate.counts))}`,
      `left in the buffer by requests that failed: ${waiting.heldBytes} bytes, which nothing frees before they expire`,
      `left in the archive by writers that were killed: ${draftsIn(archive)} drafts, which go after ten minutes`,
      ...[...tailgate.troubles].map(([text, count]) => `log, ${count} times: ${text}`),
    ],
    violations: () => [
      ...tailgate.faults,
      ...unlessNone('wake-ups that still wait', waiting.wakeUps),
      ...unlessNone('dead letters', waiting.deadLetters),
      ...unlessNone('answers of 503 without Retry-After', proxy.withoutRetryAfter),
      ...damageOf(buffer),
    ],
  };
}

function mountDisks(data: string, archive: string, cleanUp: AsyncDisposableStack): Target['disks'] {
  const reason = whyNoMounts();
  if (reason !== undefined) {
    console.log(`SKIPPED: faults of disks: they need the right to mount, as root has it: ${reason}`);
    return undefined;
  }
  const ofBuffer = new SmallDisk(data, DISK_MB);
  cleanUp.defer(() => ofBuffer.unmount());
  mkdirSync(archive);
  const ofArchive = new SmallDisk(archive, DISK_MB);
  cleanUp.defer(() => ofArchive.unmount());
  return { buffer: ofBuffer, archive: ofArchive };
}
