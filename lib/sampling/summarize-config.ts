import type { Policy } from './policy.ts';
import { inWords } from './policy-summary.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** What a configuration does, in plain words. */
export interface ConfigSummary {
  /** Whole sentences about when and how a trace is decided. */
  readonly decides: readonly string[];
  /** In the order of evaluation. */
  readonly keeps: readonly PolicyInWords[];
  /** What `drop` policies drop, whatever the others say. */
  readonly neverKeeps: readonly PolicyInWords[];
}

export interface PolicyInWords {
  readonly policy: string;
  /** E.g. `every trace that takes longer than 1000 ms`. */
  readonly traces: string;
}

/** Says in plain words what a configuration keeps. */
export function summarizeConfig(config: SamplingConfig): ConfigSummary {
  const isDrop = ({ type }: Policy) => type === 'drop';
  return {
    decides: decisionInWords(config),
    keeps: config.policies.filter((policy) => !isDrop(policy)).map(policyInWords),
    neverKeeps: config.policies.filter(isDrop).map(policyInWords),
  };
}

function decisionInWords({
  decisionWaitMs,
  decisionWaitAfterRootReceivedMs,
  maximumTraceSizeBytes,
  sampleOnFirstMatch,
}: SamplingConfig): string[] {
  const sooner =
    decisionWaitAfterRootReceivedMs === undefined || decisionWaitAfterRootReceivedMs >= decisionWaitMs
      ? ''
      : `, or ${duration(decisionWaitAfterRootReceivedMs)} after its root span if that is sooner`;
  const sentences = [`Decides ${duration(decisionWaitMs)} after the first spans of a trace arrive${sooner}.`];
  if (maximumTraceSizeBytes !== undefined) {
    sentences.push(`Keeps no trace of more than ${maximumTraceSizeBytes} bytes of OTLP, uncompressed.`);
  }
  if (sampleOnFirstMatch) sentences.push('Evaluates no policy after the first that keeps a trace.');
  return sentences;
}

function policyInWords({ name, summary }: Policy): PolicyInWords {
  return { policy: name, traces: inWords(summary) };
}

/** `250 ms`, `1.5 s`, `90 s`, `5 min`, `2 h`: the largest unit; minutes and hours only if they are whole. */
function duration(ms: number): string {
  if (ms < 1000 && ms !== 0) return `${ms} ms`;
  if (ms !== 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms !== 0 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${ms / 1000} s`;
}
