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
