// Minutes of faults under a load of real exporters on `tailgate start`: nothing that was accepted is missing, nothing is double.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decimalNumber, flag, wholeNumber } from '../../lib/terminal/option.ts';
import { wrapText } from '../../lib/text/messages.ts';
import { createRandom } from '../../lib/traffic/random.ts';
import { readLines } from '../soak/archived.ts';
import { suiteOptions } from '../support/suite-options.ts';
import { type Comparison, compare, draftsIn, readIndependently } from './compare.ts';
import { runWhereMountsWork, SmallDisk, whyNoMounts } from './disk.ts';
import { Fleet } from './exporters.ts';
import { attack } from './faults.ts';
import { Ledger } from './ledger.ts';
import { CONFIG, seedFor } from './plan.ts';
import { FAIR, FaultyProxy } from './proxy.ts';
import { damageOf, drain } from './queue.ts';
import { Supervised } from './supervised.ts';

const { minutes, rate, keep, ...given } = suiteOptions({
  script: 'test:chaos',
  description:
    'Attacks tailgate start under the load of real exporters, and compares the archive with what they were told (docs/reliability.md). Ends with 1 if an accepted span is missing or double.',
  options: {
    minutes: decimalNumber({ min: 0.1, default: 1, help: 'how long' }),
    rate: decimalNumber({ min: 1, default: 1_000, help: 'spans a second' }),
    seed: wholeNumber({ min: 0, defaultText: 'another one each time', help: 'of the schedule of the faults' }),
    keep: flag({ help: 'leave the files of the run' }),
  },
  examples: [['npm run test:chaos -- --minutes 10 --seed 7', 'ten minutes of one schedule']],
});
const elsewhere = runWhereMountsWork();
if (elsewhere !== undefined) process.exit(elsewhere);

const seconds = minutes * 60;
const seed = given.seed ?? Date.now() % 1_000_000;
const DISK_MB = 512;
const DRAIN_SECONDS = 900;
const SAMPLE_MS = 1_000;

const root = mkdtempSync(join(tmpdir(), 'tailgate-chaos-'));
const data = join(root, 'data');
const archive = join(data, 'archive');
const buffer = join(data, 'buffer.db');
const configFile = join(root, 'chaos.yaml');
writeFileSync(configFile, CONFIG);
console.log(`seed ${seed}: repeat its schedule with -- --seed ${seed} --minutes ${minutes} --rate ${rate}`);

await using cleanUp = new AsyncDisposableStack();
cleanUp.defer(() => (keep ? console.log(`kept ${root}`) : rmSync(root, { recursive: true, force: true })));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cleanUp.disposeAsync().finally(() => process.exit(130)));
}
const disks = mountDisks();
const ledger = new Ledger();
const proxy = new FaultyProxy(createRandom(seedFor(seed, 'network')));
const url = await proxy.listen();
cleanUp.defer(() => proxy.close());
const args = ['--data', data, '--config', configFile, '--max-buffer', `${DISK_MB * 600}kB`];
const tailgate = new Supervised(args, proxy);
cleanUp.defer(() => tailgate.kill());
await tailgate.start();

const begunMs = performance.now();
const peaks = { rssBytes: 0, lagMs: 0 };
console.log('    s        sent    accepted  spans/s   lag s  RSS MB  starts');
let printed = { second: 0, accepted: 0 };
const sampling = setInterval(takeSample, SAMPLE_MS);
cleanUp.defer(() => clearInterval(sampling));
const fleet = new Fleet({ url, seed, spansPerSecond: rate, ledger });
const attackTarget = { tailgate, proxy, disks, accepted: () => ledger.counts.accepted };
const injected = await attack(attackTarget, createRandom(seedFor(seed, 'faults')), seconds);
const underFire = ledger.counts.accepted / ((performance.now() - begunMs) / 1_000);

proxy.weather = FAIR;
const drainingFrom = performance.now();
await fleet.finish();
const waiting = await drain(buffer, DRAIN_SECONDS);
const drainedMs = performance.now() - drainingFrom;
takeSample();
await tailgate.terminate();

const own = await compare(ledger, readLines(archive));
const independent = await compare(ledger, readIndependently(archive));
report();

function report(): void {
  const { sent, accepted, givenUp } = ledger.counts;
  const list = (counts: Iterable<readonly [string, number]>) =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  const say = (text: string) => console.log(wrapText(text, 80));
  say(`faults injected: ${list(injected)}`);
  say(`network: ${list(Object.entries(proxy.counts))}`);
  say(`processes: ${list(Object.entries(tailgate.counts))}`);
  say(`exports: ${list(Object.entries(fleet.counts))}`);
  say(
    `load held: ${Math.round(underFire)} spans/s accepted under faults; most lag ${(peaks.lagMs / 1_000).toFixed(1)} s, most memory ${Math.round(peaks.rssBytes / 1e6)} MB; drained after ${Math.round(drainedMs / 1_000)} s`,
  );
  say(`left in the buffer by requests that failed: ${waiting.heldBytes} bytes, which nothing frees before they expire`);
  say(`left in the archive by writers that were killed: ${draftsIn(archive)} drafts, which go after ten minutes`);
  for (const [text, count] of tailgate.troubles) console.log(`log, ${count} times: ${text}`);
  console.log(`spans sent ${sent}, accepted ${accepted}, given up ${givenUp}`);
  console.log(`kept traces ${own.keptTraces}: spans expected ${own.expected}, found ${own.found}`);
  const faults = [
    ...tailgate.faults,
    ...amount('wake-ups that still wait', waiting.wakeUps),
    ...amount('dead letters', waiting.deadLetters),
    ...amount('answers of 503 without Retry-After', proxy.withoutRetryAfter),
    ...damageOf(buffer),
    ...differences('own reader', own),
    ...differences('independent reader', independent),
  ];
  console.log(`missing ${own.missing.length}, double ${own.double.length}, wrong ${own.wrong.length}`);
  if (own.expected === 0) faults.push('nothing was compared');
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  console.log(faults.length === 0 ? '1 passed, 0 failed' : `0 passed, 1 failed (seed ${seed})`);
  if (faults.length > 0) process.exitCode = 1;
}

function differences(reader: string, { missing, double, wrong, unreadable }: Comparison): string[] {
  if (unreadable !== undefined) return [`${reader}: the archive has an object that ${unreadable}`];
  return Object.entries({ missing, double, wrong }).flatMap(([kind, spans]) =>
    spans.length === 0 ? [] : [`${reader}: ${spans.length} ${kind}: ${spans.slice(0, 5).join('; ')}`],
  );
}

function amount(what: string, count: number): string[] {
  return count === 0 ? [] : [`${what}: ${count}`];
}

function takeSample(): void {
  const { rssBytes, lagMs } = tailgate.sample();
  peaks.rssBytes = Math.max(peaks.rssBytes, rssBytes);
  peaks.lagMs = Math.max(peaks.lagMs, lagMs);
  const second = Math.round((performance.now() - begunMs) / 1_000);
  if (second < printed.second + Math.max(10, Math.round(seconds / 30))) return;
  const { sent, accepted } = ledger.counts;
  const rate = (accepted - printed.accepted) / (second - printed.second);
  printed = { second, accepted };
  const cells: readonly (readonly [number, number])[] = [
    [second, 5],
    [sent, 12],
    [accepted, 12],
    [Math.round(rate), 9],
    [Math.round(lagMs / 100) / 10, 8],
    [Math.round(rssBytes / 1e6), 8],
    [tailgate.counts.starts, 8],
  ];
  console.log(cells.map(([value, width]) => String(value).padStart(width)).join(''));
}

function mountDisks() {
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
