import type { ConfigNode } from './config/issues.ts';
import type { OptionsReader } from './config/options-reader.ts';
import type { OptionDescription } from './option-description.ts';
import type { Policy } from './policy.ts';

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
