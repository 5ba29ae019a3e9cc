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
  /** Absolute figures, for who reads the table: they hold for this machine and this hour. */
  readonly note?: string;
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
  /** What must be reached: the command fails when it is not. */
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

export type Verdict = 'goal' | 'ok' | 'under the floor' | 'skipped';

export function verdictOf(row: Pick<Row, 'floor' | 'goal' | 'better'>, measured: Measured): Verdict {
  if ('skipped' in measured) return 'skipped';
  const reaches = (bound: number) => (row.better === 'higher' ? measured.value >= bound : measured.value <= bound);
  if (reaches(row.goal)) return 'goal';
  return reaches(row.floor) ? 'ok' : 'under the floor';
}
