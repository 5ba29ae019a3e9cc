import type { Trace } from '../otlp/trace/trace.ts';
import type { ConfigNode } from './config/issues.ts';
import type { OptionsReader } from './config/options-reader.ts';
import type { Allowances } from './limits.ts';
import type { PolicySummary } from './policy-summary.ts';
import { CERTAIN, type FindsChance, IMPOSSIBLE } from './probability/chance.ts';

/**
 * One policy type, as the registry lists it. A new type is one file that exports a definition, one line in
 * `registry.ts`, and a test.
 */
export interface PolicyDefinition<Type extends string = string> {
  /** The Collector's word for it, which is also the key of its block of options. */
  readonly type: Type;
  /** True for a type made of other policies. Those nest only where the outer one names them. */
  readonly isCombinator: boolean;
  /** What `parse` reads, for the documentation. */
  readonly options: readonly OptionDescription[];
  /** Reads the options; reports through `options` what is wrong with them. Undefined when nothing can be built. */
  parse(options: OptionsReader, context: PolicyContext): Policy | undefined;
}

export interface PolicyContext {
  /** The policy's name; may be empty in a sub-policy. */
  readonly name: string;
  /** The combinator that it stands in; undefined at top level. */
  readonly inside: string | undefined;
  /**
   * Where the policy stands: its name at top level, then the position of each sub-policy. No other policy has the same
   * one, which makes it the key of its limits.
   */
  readonly key: string;
  /** Reads one sub-policy. */
  parsePolicy: ParseSubPolicy;
}

/** Reads a policy inside `inside`, where all plain types and the combinators named in `combinators` are allowed. */
export type ParseSubPolicy = (
  node: ConfigNode,
  nesting: { readonly inside: string; readonly combinators: readonly string[] },
) => Policy | undefined;

/** A policy has no vote on a trace. It contributes nothing to the decision; the other policies go on. */
export class PolicyEvaluationError extends Error {
  override readonly name = 'PolicyEvaluationError';
}

/** The type of an option, as a table of the documentation names it. */
export type OptionType =
  | 'string'
  | 'boolean'
  | 'whole number'
  | 'whole number, 0 or more'
  | 'number'
  | 'duration'
  | 'list of strings'
  | 'list of words'
  | 'list of policies'
  | 'list of maps'
  | 'policy'
  | 'map';

/** One option of a policy or of the block around them, as the documentation shows it. */
export interface OptionDescription {
  /** As in YAML; `outer.inner` for an option in a map, `outer[].inner` for one in a list of maps. */
  readonly key: string;
  readonly type: OptionType;
  /** As in YAML, or in words. Missing: the option must be given. */
  readonly default?: string;
  /** What it does; one line of Markdown. */
  readonly meaning: string;
}

export type Vote = 'sampled' | 'not_sampled' | 'dropped';

/** What one policy says of one trace. */
export interface Evaluation {
  readonly vote: Vote;
  /**
   * Rejection threshold as a share of 1: 0 for a policy that keeps every trace that it matches, 1 - p for one that keeps
   * a share p of them. Of several policies that sample a trace the one with the smallest threshold gets the credit.
   */
  readonly threshold: number;
  /**
   * When the policy samples a trace with the same spans, whatever it did with this one. A function: that takes a closer
   * look, at parts that nobody has asked. Never one when the vote is `sampled`.
   */
  readonly sampledWhen: FindsChance;
  /** Of a policy that has not dropped the trace: when it drops one with the same spans. Missing: never. */
  readonly droppedWhen?: FindsChance;
}

/** A named, configured rule. Pure: the same trace gets the same vote, as long as the allowances answer the same. */
export interface Policy {
  readonly name: string;
  readonly type: string;
  /** Which traces it keeps, in plain words. */
  readonly summary: PolicySummary;
  /** @throws {PolicyEvaluationError} when the policy cannot be evaluated on this trace; it then has no vote. */
  evaluate(trace: Trace, allowances: Allowances): Evaluation;
}

/** The evaluations of a policy that leaves nothing to chance. */
export const SAMPLED: Evaluation = { vote: 'sampled', threshold: 0, sampledWhen: CERTAIN };
export const NOT_SAMPLED: Evaluation = { vote: 'not_sampled', threshold: 0, sampledWhen: IMPOSSIBLE };
export const DROPPED: Evaluation = { vote: 'dropped', threshold: 0, sampledWhen: IMPOSSIBLE };
