import { resourceSpansSize } from '../otlp/trace/size.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import { type Decision, evaluatePolicies } from './evaluate-policies.ts';
import type { Allowances } from './limits.ts';
import type { Evaluation, Explanation, Facts, Policy, Vote } from './policy.ts';
import { inWords } from './policy-summary.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** The vote of a policy on a trace, and why. */
export interface ExplainedVote {
  /** Its name; may be empty in a sub-policy. */
  readonly policy: string;
  readonly type: string;
  /** `failed`: it could not be evaluated, and has no vote. `not_evaluated`: the decision was made before its turn. */
  readonly vote: Vote | 'failed' | 'not_evaluated';
  /** What it keeps, in plain words: `every trace that takes longer than 1000 ms`. */
  readonly keeps: string;
  /** What it has seen of this trace: `it takes 812 ms`; of a policy that failed, why. Empty when it looks at nothing, or was not evaluated. */
  readonly saw: string;
  /** The values that it compared. */
  readonly facts: Facts;
  /** The votes of its sub-policies, as far as they were evaluated. */
  readonly parts: readonly ExplainedVote[];
}

/** A decision with its reasons. */
export interface ExplainedDecision {
  readonly decision: Decision;
  /** Of every policy, in the order of evaluation. */
  readonly votes: readonly ExplainedVote[];
  /** Why no policy was evaluated: the trace is larger than `maximum_trace_size_bytes`. @default policies decided */
  readonly tooLarge?: { readonly bytes: number; readonly maximumBytes: number };
}

/**
 * Evaluates the policies as {@link evaluatePolicies} does, because it does it, and takes down why each of them votes as it does.
 * Takes of the allowances what a decision takes.
 */
export function explainPolicies(config: SamplingConfig, trace: Trace, allowances: Allowances): ExplainedDecision {
  const recorders = config.policies.map((policy) => new Recorder(policy));
  const decision = evaluatePolicies(
    { ...config, policies: recorders.map((one) => one.watched(allowances)) },
    trace,
    allowances,
  );
  const failures = new Map(decision.errors.map(({ policy, message }) => [policy, message]));
  const votes = recorders.map((one) => one.vote(failures.get(one.policy.name)));
  const { maximumTraceSizeBytes: maximumBytes } = config;
  if (maximumBytes === undefined || config.policies.length === 0 || recorders.some((one) => one.wasEvaluated)) {
    return { decision, votes };
  }
  return { decision, votes, tooLarge: { bytes: resourceSpansSize(trace), maximumBytes } };
}

/** Takes down the evaluation of one policy. */
class Recorder implements Explanation {
  readonly policy: Policy;
  wasEvaluated = false;
  #vote: Vote | undefined;
  #saw = '';
  #facts: Facts = {};
  readonly #parts: Recorder[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** The policy, taking down its evaluation with these allowances. The adjusted count may evaluate it with others afterwards. */
  watched(allowances: Allowances): Policy {
    return {
      ...this.policy,
      evaluate: (trace, given) => (given === allowances ? this.run(trace, given) : this.policy.evaluate(trace, given)),
    };
  }

  run(trace: Trace, allowances: Allowances): Evaluation {
    this.wasEvaluated = true;
    const evaluation = this.policy.evaluate(trace, allowances, this);
    this.#vote = evaluation.vote;
    return evaluation;
  }

  saw(words: string, facts: Facts = {}): void {
    this.#saw = words;
    this.#facts = facts;
  }

  evaluate(part: Policy, trace: Trace, allowances: Allowances): Evaluation {
    const recorder = new Recorder(part);
    this.#parts.push(recorder);
    return recorder.run(trace, allowances);
  }

  /** @param failure why the policy failed, if it did */
  vote(failure?: string): ExplainedVote {
    const { name: policy, type, summary } = this.policy;
    return {
      policy,
      type,
      vote: this.#vote ?? (this.wasEvaluated ? 'failed' : 'not_evaluated'),
      keeps: inWords(summary),
      saw: this.#vote === undefined ? (failure ?? '') : this.#saw,
      facts: this.#facts,
      parts: this.#parts.map((part) => part.vote()),
    };
  }
}
