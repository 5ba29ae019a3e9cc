/**
 * Says which traces a policy keeps, in plain words: those that meet every condition of `that` and none of `unless`.
 * Each of `reduced` then keeps a part of them.
 */
export interface PolicySummary {
  /** Each completes "a trace that …": `has a span with status ERROR`. */
  readonly that: readonly string[];
  /** Each completes "unless it …". */
  readonly unless: readonly string[];
  readonly reduced: readonly Reduction[];
}

/** Keeps a part of the traces, whatever they contain. */
export interface Reduction {
  /** Completes "every such trace, …": `thinned to 5 % by trace ID`. */
  readonly words: string;
  /** The whole sentence if there is no other condition: `5 % of all traces, by trace ID`. */
  readonly alone: string;
}

const ANY_TRACE = 'is any trace';

/** Summary of a policy that keeps everything. */
export const EVERY_TRACE: PolicySummary = { that: [], unless: [], reduced: [] };

/** Summary of a policy with one condition, which completes "a trace that …". */
export function tracesThat(condition: string): PolicySummary {
  return { ...EVERY_TRACE, that: [condition] };
}

/** Summary of a policy that keeps every trace except those that meet one condition. */
export function tracesUnless(condition: string): PolicySummary {
  return { ...EVERY_TRACE, unless: [condition] };
}

/** Summary of a policy that keeps a part of all traces. */
export function tracesReduced(reduction: Reduction): PolicySummary {
  return { ...EVERY_TRACE, reduced: [reduction] };
}

/** Summary of a policy that keeps the traces that all of these keep. */
export function allOf(summaries: readonly PolicySummary[]): PolicySummary {
  return {
    that: summaries.flatMap(({ that }) => that),
    unless: summaries.flatMap(({ unless }) => unless),
    reduced: summaries.flatMap(({ reduced }) => reduced),
  };
}

/** Summary of a policy that keeps the traces that this one, with a single condition, does not keep. */
export function opposite({ that, unless, reduced }: PolicySummary): PolicySummary {
  const positive = [...that, ...reduced.map(({ alone }) => `is one of: ${alone}`)];
  if (positive.length === 0 && unless.length === 0) return tracesUnless(ANY_TRACE);
  return { that: unless, unless: positive.length > 0 ? [positive.join(' and ')] : [], reduced: [] };
}

/**
 * E.g. `every trace that has a span with status ERROR, unless it takes longer than 100 ms, thinned to 5 % by trace ID`.
 */
export function inWords({ that, unless, reduced }: PolicySummary): string {
  if (unless.includes(ANY_TRACE)) return 'no trace';
  const [only, ...others] = reduced;
  if (only !== undefined && others.length === 0 && that.length === 0 && unless.length === 0) return only.alone;
  const subject = that.length === 0 ? 'every trace' : `every trace that ${joinedByAnd(that)}`;
  const exceptions = unless.length === 0 ? [] : [`unless it ${unless.join(', or ')}`];
  return [subject, ...exceptions, ...reduced.map(({ words }) => words)].join(', ');
}

function joinedByAnd(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions.join();
  return conditions.map((condition) => (condition.includes(', or ') ? `(${condition})` : condition)).join(', and ');
}

/** `"a"`, `"a" or "b"`, `"a", "b" or 3 more`. The quotes make spaces and odd characters visible. */
export function quotedOr(values: readonly string[], most = 5): string {
  const shown = values.length > most ? values.slice(0, most - 1) : values;
  const words = shown.map((value) => JSON.stringify(value));
  if (shown.length < values.length) words.push(`${values.length - shown.length} more`);
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
