import { readOtSampling } from '../../lib/sampling/probability/trace-state.ts';
import type { Answer, Case, Outcome } from './case.ts';
import { encodeRequests } from './encode-requests.ts';
import type { Decision, JobAnswer, Reference } from './reference.ts';
import { decideWithTailgate, type Turn } from './tailgate.ts';
import { withUseTraceState } from './trace-state-cases.ts';

/** What the two sides make of a trace, or of the configuration when one of them refuses it. */
export interface Difference {
  /** Undefined when it is the configuration. */
  readonly traceId: string | undefined;
  readonly collector: string;
  readonly tailgate: string;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How often each outcome was reached on both sides; `refused` counts configurations that both refuse. */
  readonly agreed: ReadonlyMap<string, number>;
}

/** Gives both sides the same bytes, and Tailgate the times at which the Collector decided if time is fake. */
export async function compare(reference: Reference, one: Case): Promise<Comparison> {
  const requests = encodeRequests(one);
  const { fakeTime = false, useTraceState = false, traces } = one;
  const config = useTraceState ? withUseTraceState(one.config) : one.config;
  const asked = reference.run({
    config: one.config,
    fakeTime,
    traceStates: useTraceState,
    requests: requests.map((payload, i) => ({ payload, thenWaitMs: (fakeTime && traces[i]?.thenWaitMs) || 0 })),
  });
  if (!fakeTime) {
    const tailgate = decideWithTailgate(config, requests);
    return compareAnswers(toAnswer(await asked), tailgate);
  }
  const answer = await asked;
  const turns = 'refused' in answer ? [] : answer.decisions.map(toTurn);
  return compareAnswers(toAnswer(answer), decideWithTailgate(config, requests, turns));
}

function toTurn({ traceId, unixNano }: Decision): Turn {
  return { traceId, atMs: Number(BigInt(unixNano) / 1_000_000n) };
}

export function toAnswer(answer: JobAnswer): Answer {
  if ('refused' in answer) return answer;
  return new Map(
    answer.decisions.map(({ traceId, outcome, policy, traceStates = {} }) => {
      return [traceId, { outcome, policy, traceStates: new Map(Object.entries(traceStates)) }];
    }),
  );
}

function compareAnswers(collector: Answer, tailgate: Answer): Comparison {
  if ('refused' in collector || 'refused' in tailgate) {
    const bothRefuse = 'refused' in collector && 'refused' in tailgate;
    if (bothRefuse) return { differences: [], agreed: new Map([['refused', 1]]) };
    const difference = { traceId: undefined, collector: refusal(collector), tailgate: refusal(tailgate) };
    return { differences: [difference], agreed: new Map() };
  }
  const differences: Difference[] = [];
  const agreed = new Map<string, number>();
  for (const traceId of new Set([...collector.keys(), ...tailgate.keys()])) {
    const [theirs, ours] = describeBoth(collector.get(traceId), tailgate.get(traceId));
    const outcome = tailgate.get(traceId)?.outcome ?? '';
    if (theirs !== ours) differences.push({ traceId, collector: theirs, tailgate: ours });
    else agreed.set(outcome, (agreed.get(outcome) ?? 0) + 1);
  }
  return { differences, agreed };
}

/** The decision on the only trace, or the refusal. */
export function describeAnswer(answer: Answer): string {
  return 'refused' in answer ? refusal(answer) : describe([...answer.values()][0]);
}

/** With the thresholds on the spans where Tailgate writes some. */
function describeBoth(collector: Outcome | undefined, tailgate: Outcome | undefined): readonly [string, string] {
  const thresholds = (of: Outcome | undefined) =>
    [...(tailgate?.traceStates?.keys() ?? [])]
      .map((spanId) => ` ${readOtSampling(of?.traceStates?.get(spanId) ?? '').threshold?.toString(16)}`)
      .join('');
  return [describe(collector) + thresholds(collector), describe(tailgate) + thresholds(tailgate)];
}

function describe(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'no decision';
  return outcome.policy === '' ? outcome.outcome : `${outcome.outcome} by ${outcome.policy}`;
}

function refusal(answer: Answer): string {
  return 'refused' in answer ? `refuses the configuration: ${answer.refused}` : 'accepts the configuration';
}
