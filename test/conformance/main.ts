import fc from 'fast-check';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';
import { readArguments } from './arguments.ts';
import type { Case } from './case.ts';
import { collectorExample } from './collector-example.ts';
import { compare, type Difference, describeAnswer, toAnswer } from './compare.ts';
import { configurations, typesWithoutGenerator } from './config-arbitraries.ts';
import { configText } from './config-text.ts';
import { INTENDED, tailgateOn } from './intended.ts';
import { LIMITED_TYPES, limitedCases } from './limited-cases.ts';
import { mutatedConfigurations } from './mutations.ts';
import { printDifference } from './print-difference.ts';
import { hasGo, Reference } from './reference.ts';
import { shrink } from './shrink.ts';
import { attributes, RESOURCES, trace } from './trace-arbitraries.ts';

/** Configurations that are worked on at once: enough to keep the reference busy. */
const AT_ONCE = 4;
const MAX_PRINTED = 5;
const MAX_LIMITED_TRACES = 100;
const TRACES_PER_MUTATION = 5;

const { seed, configs, runs } = readArguments(process.argv.slice(2));
/** The Collector has no `dynamic`. */
const types = POLICY_DEFINITIONS.map(({ type }) => type).filter((type) => type !== 'dynamic');

if (hasGo()) process.exitCode = (await run(Reference.start())) ? 0 : 1;
else console.log('SKIPPED: no Go toolchain (command "go"), so there is no real processor to compare with');

async function run(reference: Reference): Promise<boolean> {
  console.log(`${Reference.version()}: ${configs} configurations × ${runs} traces, seed ${seed}`);
  for (const type of typesWithoutGenerator(types)) console.log(`NOT COMPARED: ${type} has no generator yet`);
  const started = performance.now();
  const agreed = new Map<string, number>();
  const failing: { one: Case; difference: Difference }[] = [];
  let differenceCount = 0;
  const pending = new Set<Promise<void>>();
  for (const one of cases()) {
    const work = compare(reference, one).then(({ differences, agreed: counts }) => {
      for (const [outcome, count] of counts) agreed.set(outcome, (agreed.get(outcome) ?? 0) + count);
      differenceCount += differences.length;
      const [first] = differences;
      if (first === undefined) return;
      const { traceId } = first;
      const alone = traceId === undefined ? one.traces.slice(0, 1) : one.traces.filter((t) => t.traceId === traceId);
      const traces = one.fakeTime ? one.traces : alone;
      failing.push({ one: { ...one, traces }, difference: first });
    });
    pending.add(work);
    void work.finally(() => pending.delete(work));
    if (pending.size >= AT_ONCE) await Promise.race(pending);
  }
  await Promise.all(pending);
  for (const { one, difference } of failing.slice(0, MAX_PRINTED)) {
    const smallest = await shrink(reference, one, difference.traceId === undefined);
    const [shrunk = difference] = (await compare(reference, smallest)).differences;
    console.log(`\nDIFFERENCE\n${printDifference(smallest, shrunk)}`);
  }
  const surprises = await checkIntended(reference);
  await reference.stop();
  const counts = [...agreed].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  console.log(`\nagreed: ${counts || 'nothing'}`);
  console.log(`${differenceCount} differences in ${failing.length} configurations`);
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
  return failing.length === 0 && surprises === 0;
}

/** How many of the intended differences are not (any more) what is written down. */
async function checkIntended(reference: Reference): Promise<number> {
  let surprises = 0;
  for (const intended of INTENDED) {
    const requests = intended.requests.map((payload) => ({ payload }));
    const collector = describeAnswer(toAnswer(await reference.run({ config: intended.config, requests })));
    const tailgate = tailgateOn(intended);
    const isAsWritten = collector === intended.collector && intended.tailgate.test(tailgate);
    if (!isAsWritten) surprises++;
    console.log(`${isAsWritten ? 'intended' : 'NOT AS WRITTEN'}: ${intended.name} (${collector} | ${tailgate})`);
  }
  return surprises;
}

function* cases(): Generator<Case> {
  for (const [i, config] of fc.sample(configurations(types), { numRuns: configs, seed }).entries()) {
    const resources = fc.sample(attributes, { numRuns: RESOURCES, seed: seed + i });
    yield { config, resources, traces: fc.sample(trace, { numRuns: runs, seed: seed + i }) };
  }
  const [resources = [], few = []] = [
    fc.sample(attributes, { numRuns: RESOURCES, seed }),
    fc.sample(trace, { numRuns: Math.min(runs, TRACES_PER_MUTATION), seed }),
  ];
  for (const config of mutatedConfigurations()) {
    // What passes a limit depends on the order of decisions, which is random there: only whether it is accepted.
    const isLimited = LIMITED_TYPES.some((type) => configText(config).includes(type));
    yield { config, resources, traces: isLimited ? [] : few };
  }
  yield* fc.sample(collectorExample(Reference.moduleFolder(), Math.min(runs, MAX_LIMITED_TRACES)), {
    numRuns: 4,
    seed,
  });
  const limited = limitedCases(Math.min(runs, MAX_LIMITED_TRACES));
  yield* fc.sample(limited, { numRuns: Math.ceil(configs / 4), seed });
}
