// Minutes of a steady load on `npm start`, then bursts of as much as it takes: memory stays flat, files within their bound, what is
// too much is refused, and everything is decided once.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../bench/table/rounds.ts';
import { decimalNumber } from '../../lib/terminal/option.ts';
import { suiteOptions } from '../support/suite-options.ts';
import { repeatedSpans } from './archived.ts';
import { sendBursts } from './bursts.ts';
import { type Load, sendSpans } from './load.ts';
import { TailgateProcess } from './tailgate-process.ts';

const { minutes, rate: spansPerSecond } = suiteOptions({
  script: 'soak',
  description:
    'Sends a steady load to tailgate start, and then two bursts (docs/reliability.md). Ends with 1 if memory grows, or if anything is lost, double, or late.',
  options: {
    minutes: decimalNumber({ min: 0.1, default: 2.5, help: 'how long the steady load lasts' }),
    rate: decimalNumber({ min: 1, default: 5_000, help: 'spans a second' }),
  },
  examples: [['npm run soak -- --minutes 60 --rate 5000', 'an hour']],
});
const seconds = minutes * 60;
/** Until then caches and the heap grow to the size that they keep. */
const warmUpSeconds = Math.min(300, seconds * 0.4);
/** Full within a minute, so that what is decided gives way to what arrives. */
const MAX_BUFFER_BYTES = Math.max(16e6, spansPerSecond * 6_400);

const BOUNDS = {
  /** Of the median memory of the last quarter, by that of the quarter after the warm-up. */
  memory: 1.1,
  /** The buffer: what waits comes on top of what is decided, in pages that are partly filled. */
  buffer: MAX_BUFFER_BYTES * 1.3,
  /** The log of the database, which is moved to the file from 4 MB on, where no reader holds it. */
  log: 64e6,
  openFiles: 100,
  /** Less than this share of the pace says nothing. */
  pace: 0.5,
};

const CONFIG = `
decision_wait: 10s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 5000 } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: 10 } }
`;

interface Sample {
  readonly second: number;
  readonly rssBytes: number;
  readonly openFiles: number;
  readonly bufferBytes: number;
  readonly logBytes: number;
}

const root = mkdtempSync(join(tmpdir(), 'tailgate-soak-'));
const configFile = join(root, 'soak.yaml');
const data = join(root, 'data');
writeFileSync(configFile, CONFIG);
const options = ['--data', data, '--config', configFile, '--max-buffer', `${Math.ceil(MAX_BUFFER_BYTES / 1e3)}kB`];

await using cleanUp = new AsyncDisposableStack();
cleanUp.defer(() => rmSync(root, { recursive: true, force: true }));
const tailgate = new TailgateProcess(...options);
cleanUp.defer(() => tailgate.stop('SIGKILL'));
const url = await tailgate.url;

console.log('    s       spans  decided traces  lag s   CPU s  RSS MB  heap MB  files  buffer MB  log MB  archive MB');
const samples: Sample[] = [];
const load = await sendSpans(url, { seconds, spansPerSecond }, (second, soFar) => {
  samples.push(takeSample(second));
  if (second % Math.max(15, Math.round(seconds / 30)) === 0) printSample(second, soFar);
});
for (let waited = 0; waited < 180 && tailgate.decided < load.traces; waited++) await sleep(1_000);
samples.push(takeSample(seconds));
printSample(seconds, load);

const answers = load.answerMs.sort((a, b) => a - b);
const percentile = (share: number) => Math.round(answers[Math.floor((answers.length - 1) * share)] ?? 0);
console.log(
  `${load.spans} spans accepted, ${load.refused} requests refused, ${load.failed} failed; answers after ${percentile(0.5)} ms ` +
    `(half), ${percentile(0.99)} ms (99 %), ${percentile(1)} ms (all); ${Math.round(load.spans / tailgate.latest.cpuSeconds)} spans per CPU-second`,
);

const quarter = (seconds - warmUpSeconds) / 3;
const memoryFrom = (from: number) =>
  median(samples.filter(({ second }) => second > from && second <= from + quarter).map(({ rssBytes }) => rssBytes));
const faults = [
  ...exceeded(
    'memory at the end, by that after the warm-up',
    memoryFrom(seconds - quarter) / memoryFrom(warmUpSeconds),
    BOUNDS.memory,
  ),
  ...exceeded('bytes of the buffer', Math.max(...samples.map(({ bufferBytes }) => bufferBytes)), BOUNDS.buffer),
  ...exceeded('bytes of its log', Math.max(...samples.map(({ logBytes }) => logBytes)), BOUNDS.log),
  ...exceeded('open files', Math.max(...samples.map(({ openFiles }) => openFiles)), BOUNDS.openFiles),
  ...exceeded('traces accepted and not decided', load.traces - tailgate.decided, 0),
  ...exceeded('traces decided twice', tailgate.decided - load.traces, 0),
  ...exceeded('failed requests', load.failed, 0),
  ...exceeded('refusals that do not say when to try again', load.withoutRetryAfter, 0),
  ...exceeded('share of the pace missing', 1 - load.spans / (seconds * spansPerSecond), 1 - BOUNDS.pace),
  ...exceeded('warnings and errors in the log, but for overload', tailgate.troubles.filter(isNoOverload).length, 0),
];
for (const trouble of tailgate.troubles.slice(0, 5)) console.log(trouble);

await tailgate.stop();
faults.push(...exceeded('spans that are twice in the archive', await repeatedSpans(join(data, 'archive')), 0));
const started = performance.now();
const again = new TailgateProcess(...options);
cleanUp.defer(() => again.stop());
await again.url;
console.log(`ready again on its folder after ${Math.round(performance.now() - started)} ms`);
await again.stop();
faults.push(
  ...(await sendBursts(join(root, 'bursts'))).flatMap(([what, value, bound]) => exceeded(what, value, bound)),
);

if (faults.length > 0) {
  console.log(`failed: ${faults.join('; ')}`);
  process.exitCode = 1;
} else console.log('1 passed, 0 failed');

/** A machine that is busy with other things may refuse spans for a while: they are counted as refused. */
function isNoOverload(line: string): boolean {
  return !line.includes('"overload: ');
}

/** Prints the comparison. @returns it once more when the bound is exceeded */
function exceeded(what: string, value: number, bound: number): string[] {
  const shown = (number: number) => number.toLocaleString('en', { maximumFractionDigits: 2 });
  const text = `${what}: ${shown(value)}, at most ${shown(bound)}`;
  console.log(text);
  return value <= bound ? [] : [text];
}

function takeSample(second: number): Sample {
  const { rssBytes, openFiles } = tailgate.latest;
  const sizeOf = (file: string) => statSync(join(data, file), { throwIfNoEntry: false })?.size ?? 0;
  return { second, rssBytes, openFiles, bufferBytes: sizeOf('buffer.db'), logBytes: sizeOf('buffer.db-wal') };
}

function printSample(second: number, { spans }: Load): void {
  const { rssBytes, bufferBytes, logBytes, openFiles } = takeSample(second);
  const { cpuSeconds, heapBytes } = tailgate.latest;
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const cells: readonly (readonly [number, number])[] = [
    [second, 5],
    [spans, 12],
    [tailgate.decided, 16],
    [Math.round(tailgate.lagMs / 100) / 10, 7],
    [Math.round(cpuSeconds), 8],
    [megabytes(rssBytes), 8],
    [megabytes(heapBytes), 9],
    [openFiles, 7],
    [megabytes(bufferBytes), 11],
    [megabytes(logBytes), 8],
    [megabytes(bytesOf(join(data, 'archive'))), 12],
  ];
  console.log(cells.map(([value, width]) => String(value).padStart(width)).join(''));
}

/** Bytes of the files in a folder, which may come and go at the same time. */
function bytesOf(folder: string): number {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}
