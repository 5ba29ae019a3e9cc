// Fuzzes the readers of input from outside, guided by coverage, or says why not.
// `npm run test:fuzz -- [--seconds N] [--seed N|today] [--jobs N] [--keep] [target …]`
import { parseArgs } from 'node:util';
import { underRecentLibrary } from './c-library.ts';
import { chooseInputs } from './choose-inputs.ts';
import { fileOf, keepInputs } from './corpus.ts';
import { type FuzzOptions, runTarget } from './run-target.ts';
import { TARGETS } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '25' },
    seed: { type: 'string', default: '20261128' },
    jobs: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');
const seconds = wholeNumber('seconds', values.seconds);
const seed = wholeNumber('seed', values.seed === 'today' ? today() : values.seed);
const jobs = wholeNumber('jobs', values.jobs);
const unknown = positionals.filter((name) => TARGETS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`unknown target ${unknown.join(', ')}: expected ${Object.keys(TARGETS).join(', ')}`);
}

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
  const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);
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
    if (values.keep) keepInputs(name, await chooseInputs(name, corpus));
    return true;
  }
  console.log(finding.log);
  if (finding.input !== undefined) {
    console.log(`add this line to ${fileOf(name)}:\n${Buffer.from(finding.input).toString('base64')}`);
  }
  return false;
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number from 1${name === 'seed' ? ', or today' : ''}, got "${text}"`);
}
