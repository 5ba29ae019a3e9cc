import fc from 'fast-check';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';
import { readArguments } from './arguments.ts';
import type { Case, TailSampling } from './case.ts';
import { checkIntended } from './check-intended.ts';
import { collectorExample } from './collector-example.ts';
import { comparisonCases } from './comparison-cases.ts';
import { configurations, typesWithoutGenerator } from './config-arbitraries.ts';
import { mutated } from './config-mutations.ts';
import { limitedCases, limitedConfigurations, onFakeTime, withTicksOfTheirOwn } from './limited-cases.ts';
import { optionValues } from './option-values.ts';
import { hasGo, Reference } from './reference.ts';
import { RunningComparison } from './running-comparison.ts';
import { attributes, RESOURCES, trace } from './trace-arbitraries.ts';
import { traceStateCases } from './trace-state-cases.ts';

/** Traces that are compared one by one on fake time, or in the second mode. */
const MAX_LIMITED_TRACES = 100;
const MUTATED_PER_CONFIG = 10;
const MUTATED_TRACES = 12;
const OPTION_VALUES_PER_CONFIG = 20;
const COMPARISONS_PER_CONFIG = 5;

const { seed, configs, runs } = readArguments(process.argv.slice(2), new Date());
/** The Collector has no `dynamic`. */
const types = POLICY_DEFINITIONS.map(({ type }) => type).filter((type) => type !== 'dynamic');

if (hasGo()) process.exitCode = (await run(Reference.start())) ? 0 : 1;
else console.log('SKIPPED: no Go toolchain (command "go"), so there is no real processor to compare with');

async function run(reference: Reference): Promise<boolean> {
  const withTraceState = reference.withTraceState();
  console.log(`${Reference.version()}: ${configs} configurations × ${runs} traces, seed ${seed}`);
  for (const type of typesWithoutGenerator(types)) console.log(`NOT COMPARED: ${type} has no generator yet`);
  const started = performance.now();
  const comparison = new RunningComparison(reference, withTraceState);
  for (const one of cases()) await comparison.add(one);
  for (const one of mutatedCases()) await comparison.addIfAccepted(one);
  for (const config of fc.sample(optionValues, { numRuns: configs * OPTION_VALUES_PER_CONFIG, seed })) {
    await comparison.addConfiguration(config);
  }
  const isEqual = await comparison.finish();
  const surprises = await checkIntended(reference, withTraceState);
  await withTraceState.stop();
  await reference.stop();
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
  return isEqual && surprises === 0;
}

function* cases(): Generator<Case> {
  for (const [i, config] of fc.sample(configurations(types), { numRuns: configs, seed }).entries()) {
    const resources = fc.sample(attributes, { numRuns: RESOURCES, seed: seed + i });
    yield { config, resources, traces: fc.sample(trace, { numRuns: runs, seed: seed + i }) };
  }
  const fewer = Math.min(runs, MAX_LIMITED_TRACES);
  yield* fc.sample(collectorExample(Reference.moduleFolder(), fewer), { numRuns: 4, seed });
  yield* fc.sample(limitedCases(fewer), { numRuns: Math.ceil(configs / 4), seed });
  yield* fc.sample(traceStateCases(fewer), { numRuns: Math.ceil(configs / 4), seed });
  yield* fc.sample(comparisonCases, { numRuns: configs * COMPARISONS_PER_CONFIG, seed });
}

/** Configurations with something changed, on the traces of a few cases. */
function* mutatedCases(): Generator<Case> {
  const traces = fc.sample(onFakeTime(MUTATED_TRACES), { numRuns: 8, seed });
  const valid = fc.oneof(configurations(types), limitedConfigurations);
  for (const [i, config] of fc.sample(mutated(valid), { numRuns: configs * MUTATED_PER_CONFIG, seed }).entries()) {
    const one = traces[i % traces.length];
    if (one !== undefined) yield withTicksOfTheirOwn({ ...one, config: config as TailSampling });
  }
}
