/** How much a measurement does: the table measures in full; a test of the assertions only needs to have run them. */
export interface Size {
  /** Rounds in which the sides take turns; more rounds show more of the spread. */
  readonly rounds: number;
  /** Processor time that a side gets in a round, in milliseconds. */
  readonly sliceMs: number;
  /** Spans of a corpus, at least. */
  readonly spans: number;
}

export const FULL: Size = { rounds: 15, sliceMs: 80, spans: 4096 };
export const TINY: Size = { rounds: 1, sliceMs: 0, spans: 64 };

/** What came out: the median of the rounds, and between which values half of them are. */
export interface Measurement {
  readonly value: number;
  readonly quartiles: readonly [number, number];
  /** What is possible on this machine, from the same rounds. */
  readonly bound?: Bound;
  /** Medians of the rounds. */
  readonly micros?: Micros;
  /** Absolute figures, for who reads the table: they hold for this machine and this hour. */
  readonly note?: string;
}

/**
 * What the row would show for code that does only what no implementation in JavaScript avoids: the files of
 * `bench/rows/bounds` say what that is, and what they leave out.
 */
export interface Bound {
  /** In the unit of the row. */
  readonly value: number;
  /** The bound's processor time by our own, of the same round: how much of what we spend is unavoidable. */
  readonly share: number;
}

/** Microseconds of processor time for each span, or each request. */
export interface Micros {
  readonly per: 'span' | 'request';
  readonly own: number;
  readonly base: number;
  readonly bound?: number;
}

export type Measured = Measurement | { readonly skipped: string };

/**
 * A line of the table. `measure` asserts first that both sides give the same; it throws when they do not.
 *
 * @example
 * { name: 'regroup : protobufjs decode', unit: '×', floor: 8, goal: 12, better: 'higher', measure: (size) => … }
 */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** What must be reached, or {@link ENOUGH_OF_BOUND}: the command fails when neither is. */
  readonly floor: number;
  /** What is aimed at. */
  readonly goal: number;
  readonly better: 'higher' | 'lower';
  /** It starts processes or takes long, so that it has no place among the tests. */
  readonly isLong?: boolean;
  /** Options of Node.js that its process needs. */
  readonly nodeOptions?: readonly string[];
  measure(size: Size): Measured | Promise<Measured>;
}

/**
 * How a row holds: it reaches its goal, its floor, or enough of its bound. Or it does not, or nothing is known of it.
 */
export type Verdict = 'goal' | 'floor' | 'bound' | 'under the floor' | 'skipped';

/**
 * The share of its bound that holds a row, whatever its floor is. A ratio to protobufjs compares code of two kinds, and
 * depends on the machine; the bound is code of our own kind.
 *
 * It is one number for all rows, and does not come from any of them. Real code also checks lengths, rejects damage,
 * counts, and needs memory of its own for each request. The prototypes of regrouping were measured both ways: without
 * checks and with one buffer for all requests 0.515 µs a span; with all fields and lengths of a span checked and fresh
 * memory 0.727 µs, which is a share of 0.71.
 */
export const ENOUGH_OF_BOUND = 0.7;

/** Code that needs less than its bound shows that it is none. So much is noise. */
const NO_BOUND = 1.1;

export function verdictOf(row: Pick<Row, 'floor' | 'goal' | 'better'>, measured: Measured): Verdict {
  if ('skipped' in measured) return 'skipped';
  const reaches = (limit: number) => (row.better === 'higher' ? measured.value >= limit : measured.value <= limit);
  if (reaches(row.goal)) return 'goal';
  if (reaches(row.floor)) return 'floor';
  const share = measured.bound?.share ?? 0;
  return share >= ENOUGH_OF_BOUND && share <= NO_BOUND ? 'bound' : 'under the floor';
}
