import type { Trace } from '../otlp/trace/trace.ts';
import type { ConfigNode } from './config/issues.ts';
import type { OptionsReader } from './config/options-reader.ts';
import type { Allowances } from './limits.ts';
import type { PolicySummary } from './policy-summary.ts';
import { CERTAIN, IMPOSSIBLE, type LazyProbability } from './probability/probability.ts';

/**
 * One policy type, as the registry lists it. A new type consists of one file that exports a definition, one line in
 * `registry.ts`, and a test.
 */
export interface PolicyDefinition<Type extends string = string> {
  /** The Collector's word for it, which is also the key of its block of options. */
  readonly type: Type;
  /** True for a type that consists of other policies. Combinators may only be nested where the outer one names them. */
  readonly isCombinator: boolean;
  /** The options that `parse` reads, for the documentation. */
  readonly options: readonly OptionDescription[];
  /** Reads the options, and reports through `options` what is wrong with them. Undefined if no policy can be built. */
  parse(options: OptionsReader, context: PolicyContext): Policy | undefined;
}

export interface PolicyContext {
  /** The policy's name; may be empty in a sub-policy. */
  readonly name: string;
  /** The combinator that contains it; undefined at top level. */
  readonly inside: string | undefined;
  /**
   * The path of the policy: its name at top level, then the position of each sub-policy. It is unique, so it serves as
   * the key of the policy's limits.
   */
  readonly key: string;
  /**
   * Called by a policy that has something to compile, and only then.
   * @throws {LanguagesNotLoadedError} to be passed on
   */
  readonly languages: () => Languages;
  /** Reads one sub-policy. */
  parsePolicy: ParseSubPolicy;
}

/**
 * What conditions and patterns of policies are compiled with. It is larger than all the rest of the policies together,
 * and most configurations need none of it.
 */
export interface Languages {
  /** Reads the options of `ottl_condition`. */
  readonly readOttlCondition: (options: OptionsReader, context: PolicyContext) => Policy;
  /** @throws {Error} when the text is not a pattern in RE2 syntax */
  readonly compileRe2: (pattern: string) => Pattern;
}

/** A compiled pattern. */
export interface Pattern {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
}

/** A policy needs the languages, and nothing has loaded them yet. The configuration may be right. */
export class LanguagesNotLoadedError extends Error {
  override readonly name = 'LanguagesNotLoadedError';
}

/** Reads a policy inside `inside`, which allows all plain types and the combinators named in `combinators`. */
export type ParseSubPolicy = (
  node: ConfigNode,
  nesting: { readonly inside: string; readonly combinators: readonly string[] },
) => Policy | undefined;

/** The policy has no vote on this trace. It contributes nothing to the decision; the other policies still count. */
export class PolicyEvaluationError extends Error {
  override readonly name = 'PolicyEvaluationError';
}

/** The type of an option, as the tables of the documentation name it. */
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

/** One option of a policy or of the `tail_sampling` block, as the documentation shows it. */
export interface OptionDescription {
  /** As in YAML; `outer.inner` for an option in a map, `outer[].inner` for one in a list of maps. */
  readonly key: string;
  readonly type: OptionType;
  /** As in YAML, or in words. Missing: the option is required. */
  readonly default?: string;
  /** What the option does, in one line of Markdown. */
  readonly meaning: string;
}

export type Vote = 'sampled' | 'not_sampled' | 'dropped';

/** The vote of one policy on one trace. */
export interface Evaluation {
  readonly vote: Vote;
  /**
   * Rejection threshold as a share of 1: 0 for a policy that keeps every trace that it matches, 1 - p for one that
   * keeps a share p of them. If several policies sample a trace, the one with the smallest threshold gets the credit.
   */
  readonly threshold: number;
  /**
   * When the policy samples a trace with the same spans, whatever its vote on this one. A function when parts of the
   * policy have to be evaluated for it; never a function when the vote is `sampled`.
   */
  readonly sampledWhen: LazyProbability;
  /** For a policy that did not drop the trace: when it drops one with the same spans. Missing: never. */
  readonly droppedWhen?: LazyProbability;
}

/**
 * A named, configured rule. It is pure: the same trace gets the same vote, as long as the allowances give the same
 * answers.
 */
export interface Policy {
  readonly name: string;
  readonly type: string;
  /** Which traces it keeps, in plain words. */
  readonly summary: PolicySummary;
  /**
   * @param explanation takes down what the policy sees; it changes nothing about the vote. Decisions are made without it
   * @throws {PolicyEvaluationError} if the policy cannot be evaluated on this trace; it then has no vote
   */
  evaluate(trace: Trace, allowances: Allowances, explanation?: Explanation): Evaluation;
}

/** Values that a policy compared, for programs: `{ durationMs: 812 }`. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/**
 * Takes down why a policy votes as it does, where the policy computes its vote: so the reason is never about another vote. What the
 * policy compares with is in its summary.
 */
export interface Explanation {
  /** What the policy sees of the trace, as a clause: `it takes 812 ms`. Called once, at the end of an evaluation. */
  saw(words: string, facts?: Facts): void;
  /** Evaluates a sub-policy and takes down its vote as well. */
  evaluate(part: Policy, trace: Trace, allowances: Allowances): Evaluation;
}

/** The evaluations of a policy whose vote does not depend on a source of randomness. */
export const SAMPLED: Evaluation = { vote: 'sampled', threshold: 0, sampledWhen: CERTAIN };
export const NOT_SAMPLED: Evaluation = { vote: 'not_sampled', threshold: 0, sampledWhen: IMPOSSIBLE };
export const DROPPED: Evaluation = { vote: 'dropped', threshold: 0, sampledWhen: IMPOSSIBLE };
