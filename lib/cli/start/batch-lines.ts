import type { DecideSummary } from '../../pipeline/decide/tally.ts';
import { excerpt } from '../../text/messages.ts';

/** What a line about decisions says, of one batch or of several. */
export interface Decisions {
  readonly sampled: number;
  readonly byPolicy: Readonly<Record<string, number>>;
  readonly notSampled: number;
  readonly dropped: number;
  readonly rescued: number;
  readonly lateSpans: number;
}

/** The fields of the log line `decision batch` that a line is made of. A field that is missing counts as none. */
export function decisionsIn(fields: Partial<DecideSummary>): Decisions {
  const { sampled = 0, byPolicy = {}, notSampled = 0, dropped = 0, rescued = 0, lateSpans = 0 } = fields;
  return { sampled, byPolicy, notSampled, dropped, rescued, lateSpans };
}

/** Policies beyond these are only counted: a line must stay one. */
const MAX_POLICIES = 8;

/**
 * Says in one line what was decided; undefined when nothing was.
 *
 * @example
 * '30 traces decided: 9 kept (2 errors, 1 slow, 6 sample-of-all), 21 not sampled'
 * @param policies their names in the order in which they are listed
 */
export function describeDecisions(decisions: Decisions, policies: readonly string[]): string | undefined {
  const { sampled, notSampled, dropped, rescued, lateSpans } = decisions;
  const decided = sampled + notSampled + dropped;
  const late = lateSpans === 0 ? [] : [`${many(lateSpans, 'late span')} added to traces that were kept before`];
  if (decided === 0) return late[0];
  const outcomes = [
    ...(sampled === 0 ? [] : [`${number(sampled)} kept (${creditOf(decisions, policies)})`]),
    ...(notSampled === 0 ? [] : [`${number(notSampled)} not sampled`]),
    ...(dropped === 0 ? [] : [`${number(dropped)} dropped`]),
  ];
  const parts = [
    `${many(decided, 'trace')} decided: ${outcomes.join(', ')}`,
    ...(rescued === 0 ? [] : [`${number(rescued)} of the kept ones by spans that came later`]),
    ...late,
  ];
  return parts.join('; ');
}

function creditOf({ byPolicy }: Decisions, policies: readonly string[]): string {
  const order = new Map(policies.map((name, at) => [name, at]));
  const rank = (name: string) => order.get(name) ?? policies.length;
  const credit = Object.entries(byPolicy).sort(([left], [right]) => rank(left) - rank(right));
  const shown = credit.slice(0, MAX_POLICIES).map(([name, count]) => `${number(count)} ${excerpt(name)}`);
  const rest = credit.slice(MAX_POLICIES);
  if (rest.length === 0) return shown.join(', ');
  const traces = rest.reduce((sum, [, count]) => sum + count, 0);
  return `${shown.join(', ')}, ${number(traces)} by ${rest.length} more policies`;
}

function many(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}

/** Lines come at most this often. */
const PERIOD_MS = 1_000;

/**
 * Prints a line about the decisions of a batch at once, and then, once a second, one about all batches since. Nothing is printed
 * when nothing was decided.
 */
export class BatchLines {
  readonly #print: (line: string) => void;
  readonly #policies: readonly string[];
  #unprinted: Decisions = decisionsIn({});
  #timer: NodeJS.Timeout | undefined;

  constructor(print: (line: string) => void, policies: readonly string[]) {
    this.#print = print;
    this.#policies = policies;
  }

  add(decisions: Decisions): void {
    this.#unprinted = sumOf(this.#unprinted, decisions);
    if (this.#timer === undefined) this.#endPeriod();
  }

  /** Prints what is left, before something that happened after it. */
  flush(): void {
    const line = describeDecisions(this.#unprinted, this.#policies);
    this.#unprinted = decisionsIn({});
    if (line !== undefined) this.#print(line);
  }

  #endPeriod(): void {
    const isQuiet = describeDecisions(this.#unprinted, this.#policies) === undefined;
    this.flush();
    // The process must not live on for a line that nobody waits for: `flush` prints it.
    this.#timer = isQuiet ? undefined : setTimeout(() => this.#endPeriod(), PERIOD_MS).unref();
  }
}

function sumOf(one: Decisions, other: Decisions): Decisions {
  const byPolicy: Record<string, number> = { ...one.byPolicy };
  for (const [name, count] of Object.entries(other.byPolicy)) byPolicy[name] = (byPolicy[name] ?? 0) + count;
  return {
    byPolicy,
    sampled: one.sampled + other.sampled,
    notSampled: one.notSampled + other.notSampled,
    dropped: one.dropped + other.dropped,
    rescued: one.rescued + other.rescued,
    lateSpans: one.lateSpans + other.lateSpans,
  };
}
