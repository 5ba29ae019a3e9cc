// Minutes of faults under a load of real exporters, on `tailgate start` or on a deployed stack: nothing that was accepted is
// missing, nothing is double.
import { decimalNumber, flag, oneOf, wholeNumber } from '../../lib/terminal/option.ts';
import { wrapText } from '../../lib/text/messages.ts';
import { createRandom } from '../../lib/traffic/random.ts';
import { suiteOptions } from '../support/suite-options.ts';
import { attack } from './attack.ts';
import { type Comparison, compare } from './compare.ts';
import { deploySystem } from './deployed/system.ts';
import { runWhereMountsWork } from './disk.ts';
import { Fleet } from './exporters.ts';
import { GaugeTable } from './gauges.ts';
import { Ledger } from './ledger.ts';
import { startLocalSystem } from './local.ts';
import { seedFor } from './plan.ts';
import { listCounts, type System } from './system.ts';

const { engine, minutes, keep, ...given } = suiteOptions({
  script: 'test:chaos',
  description:
    'Attacks tailgate start, or a deployed stack, under the load of real exporters, and compares the archive with what they were told (docs/reliability.md). Ends with 1 if an accepted span is missing or double.',
  options: {
    engine: oneOf({ choices: ['local', 'aws'], default: 'local', help: 'tailgate start, or the stack on MiniStack' }),
    minutes: decimalNumber({ min: 0.1, default: 1, help: 'how long' }),
    rate: decimalNumber({ min: 1, defaultText: '1000; 50 of the stack', help: 'spans a second' }),
    seed: wholeNumber({ min: 0, defaultText: 'another one each time', help: 'of the schedule of the faults' }),
    keep: flag({ help: 'leave the files of the run' }),
  },
  examples: [
    ['npm run test:chaos -- --minutes 10 --seed 7', 'ten minutes of one schedule'],
    ['npm run test:chaos -- --engine aws', 'a minute of faults on the stack'],
  ],
});
if (engine === 'local') {
  const elsewhere = runWhereMountsWork();
  if (elsewhere !== undefined) process.exit(elsewhere);
}
/** The services of the engine are one Python process, which takes no more. */
const rate = given.rate ?? (engine === 'local' ? 1_000 : 50);
const seconds = minutes * 60;
const seed = given.seed ?? Date.now() % 1_000_000;
const NOTHING: Comparison = { keptTraces: 0, expected: 0, found: 0, missing: [], double: [], wrong: [] };

const ledger = new Ledger();
await using cleanUp = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cleanUp.disposeAsync().finally(() => process.exit(130)));
}
const repeat = ['--engine', engine, '--seed', seed, '--minutes', minutes, '--rate', rate].join(' ');
console.log(`seed ${seed}: repeat its schedule with -- ${repeat}`);
const started =
  engine === 'local'
    ? await startLocalSystem({ seed, keep, accepted: () => ledger.counts.accepted }, cleanUp)
    : await deploySystem({ seed, keep }, cleanUp);
if (started !== undefined) await run(started);

async function run(system: System): Promise<void> {
  const begunMs = performance.now();
  const gauges = new GaugeTable(system, ledger, seconds);
  cleanUp.defer(() => gauges.stop());
  const { proxy } = system;
  const fleet = new Fleet({ ...system, seed, spansPerSecond: rate, ledger });
  const injected = await attack(system.faults, createRandom(seedFor(seed, 'faults')), seconds);
  const underFire = ledger.counts.accepted / ((performance.now() - begunMs) / 1_000);

  await system.calm();
  const drainingFrom = performance.now();
  await fleet.finish();
  await system.settle(ledger);
  const drainedMs = performance.now() - drainingFrom;
  gauges.sample();

  const comparisons: [string, Comparison][] = [];
  for (const [reader, lines] of Object.entries(await system.readers())) {
    comparisons.push([reader, await compare(ledger, lines)]);
  }
  const say = (text: string) => console.log(wrapText(text, 80));
  say(`faults injected: ${listCounts(injected)}`);
  say(`network: ${listCounts(Object.entries(proxy.counts))}`);
  say(`exports: ${listCounts(Object.entries(fleet.counts))}`);
  const most = [...gauges.peaks].map(([name, value]) => `most ${name} ${value}`).join(', ');
  say(
    `load held: ${Math.round(underFire)} spans/s accepted under faults; ${most}; drained after ${Math.round(drainedMs / 1_000)} s`,
  );
  for (const line of system.summary()) say(line);
  const { sent, accepted, givenUp } = ledger.counts;
  console.log(`spans sent ${sent}, accepted ${accepted}, given up ${givenUp}`);
  const violations = [...system.violations(), ...comparisons.flatMap(([reader, one]) => differences(reader, one))];
  const [[, { keptTraces, expected, found, missing, double, wrong }] = ['', NOTHING]] = comparisons;
  console.log(`kept traces ${keptTraces}: spans expected ${expected}, found ${found}`);
  console.log(`missing ${missing.length}, double ${double.length}, wrong ${wrong.length}`);
  if (expected === 0) violations.push('nothing was compared');
  for (const violation of violations) console.log(`FAULT: ${violation}`);
  console.log(violations.length === 0 ? '1 passed, 0 failed' : `0 passed, 1 failed (seed ${seed})`);
  if (violations.length > 0) process.exitCode = 1;
}

function differences(reader: string, { missing, double, wrong, unreadable }: Comparison): string[] {
  if (unreadable !== undefined) return [`${reader}: the archive has an object that ${unreadable}`];
  return Object.entries({ missing, double, wrong }).flatMap(([kind, spans]) =>
    spans.length === 0 ? [] : [`${reader}: ${spans.length} ${kind}: ${spans.slice(0, 5).join('; ')}`],
  );
}
