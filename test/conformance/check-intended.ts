import { compareAcceptance } from './acceptance.ts';
import { describeAnswer, toAnswer } from './compare.ts';
import { INTENDED, INTENDED_TRACE_STATES, tailgateOn, tailgateTraceState } from './intended.ts';
import { INTENDED_CONFIGURATIONS } from './intended-configurations.ts';
import type { Reference } from './reference.ts';

/** How many of the intended differences are not (any more) what is written down. */
export async function checkIntended(reference: Reference, withTraceState: Reference): Promise<number> {
  const surprises = [
    ...(await checkDecisions(reference)),
    ...(await checkConfigurations(reference)),
    ...(await checkTraceStates(withTraceState)),
  ];
  for (const surprise of surprises) console.log(`NOT AS WRITTEN: ${surprise}`);
  const count = INTENDED.length + INTENDED_CONFIGURATIONS.length + INTENDED_TRACE_STATES.length;
  console.log(`${count} intended differences, ${surprises.length} of them not as written`);
  return surprises.length;
}

async function checkDecisions(reference: Reference): Promise<readonly string[]> {
  const surprises: string[] = [];
  for (const intended of INTENDED) {
    const requests = intended.requests.map((payload) => ({ payload }));
    const collector = describeAnswer(toAnswer(await reference.run({ config: intended.config, requests })));
    const tailgate = tailgateOn(intended);
    const isAsWritten = collector === intended.collector && intended.tailgate.test(tailgate);
    if (!isAsWritten) surprises.push(`${intended.name} (${collector} | ${tailgate})`);
  }
  return surprises;
}

async function checkConfigurations(reference: Reference): Promise<readonly string[]> {
  const surprises: string[] = [];
  for (const { name, config, refusedBy } of INTENDED_CONFIGURATIONS) {
    const { outcome, names, collector, tailgate } = await compareAcceptance(reference, config);
    const isRefusedByRightSide = (refusedBy === 'Collector') === (collector !== '');
    const isAsWritten = outcome === 'intended' && isRefusedByRightSide && names.every((other) => other === name);
    if (!isAsWritten) surprises.push(`${name} (${outcome}: ${names.join(', ')}; ${collector} | ${tailgate})`);
  }
  return surprises;
}

async function checkTraceStates(reference: Reference): Promise<readonly string[]> {
  const surprises: string[] = [];
  for (const intended of INTENDED_TRACE_STATES) {
    const requests = intended.requests.map((payload) => ({ payload }));
    const answer = await reference.run({ config: intended.config, requests, traceStates: true });
    const [decision] = 'refused' in answer ? [] : answer.decisions;
    const collector = Object.entries(decision?.traceStates ?? {})
      .toSorted()
      .at(-1)?.[1];
    const tailgate = tailgateTraceState(intended);
    const isAsWritten = collector === intended.collector && tailgate === intended.tailgate;
    if (!isAsWritten) surprises.push(`${intended.name} (${collector} | ${tailgate})`);
  }
  return surprises;
}
