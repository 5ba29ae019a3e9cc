// Fuzzes the readers of input from outside, guided by coverage, or says why not.
import { flag, oneOf, wholeNumber } from '../../lib/terminal/option.ts';
import { dateNumber, seedOption, suiteOptions } from '../support/suite-options.ts';
import { underRecentLibrary } from './c-library.ts';
import { chooseInputs } from './choose-inputs.ts';
import { fileOf, keepInputs } from './corpus.ts';
import { type FuzzOptions, runTarget } from './run-target.ts';
import { TARGETS } from './targets.ts';

const { seconds, seed, jobs, keep, targets } = suiteOptions({
  script: 'test:fuzz',
  description:
    'Fuzzes the readers of input from outside, guided by coverage (docs/reliability.md). Ends with 1 if an input makes one fail.',
  options: {
    seconds: wholeNumber({ min: 1, default: 25, help: 'how long each target is fuzzed' }),
    seed: seedOption(20_261_128, dateNumber),
    jobs: wholeNumber({ min: 1, default: 1, help: 'targets at the same time' }),
    keep: flag({ help: 'keep the inputs that reach new code in test/fuzz/corpus' }),
  },
  positionals: {
    targets: oneOf({
      choices: Object.keys(TARGETS),
      placeholder: 'TARGET',
      repeatable: true,
      help: `which ones; without any, all of ${Object.keys(TARGETS).join(', ')}`,
    }),
  },
  examples: [['npm run test:fuzz -- protobuf json --seconds 600', 'two targets, ten minutes each']],
});

const prefix = library();
if (prefix !== undefined) await fuzzAll(prefix);

function library(): readonly string[] | undefined {
  try {
    return underRecentLibrary();
  } catch (error) {
    console.log(`SKIPPED: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function fuzzAll(prefix: readonly string[]): Promise<void> {
  const names = targets.length > 0 ? targets : Object.keys(TARGETS);
  console.log(`seed ${seed}, ${seconds} s each: ${names.join(', ')}`);
  const waiting = [...names];
  const failed: string[] = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (!(await fuzzOne(name, { seconds, seed, prefix }))) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log(`${names.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

async function fuzzOne(name: string, options: FuzzOptions): Promise<boolean> {
  const target = TARGETS[name];
  if (target === undefined) return false;
  const { executions, seconds, coverage, corpus, finding } = await runTarget(name, target, options);
  console.log(
    `${name.padEnd(14)} ${executions.toLocaleString('en').padStart(12)} executions in ${seconds.toFixed(0)} s, ` +
      `${coverage.toLocaleString('en')} edges, ${corpus.length} inputs`,
  );
  if (finding === undefined) {
    if (keep) keepInputs(name, await chooseInputs(name, corpus));
    return true;
  }
  console.log(finding.log);
  if (finding.input !== undefined) {
    console.log(`add this line to ${fileOf(name)}:\n${Buffer.from(finding.input).toString('base64')}`);
  }
  return false;
}
