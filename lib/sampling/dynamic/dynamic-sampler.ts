/** How one `dynamic` policy deals out its shares. Deciders with the same key share their tables. */
export interface DynamicSampler {
  /** The path of the policy, and what makes tables incomparable: the attributes of the key, the interval. */
  readonly key: string;
  /** For how long one table holds. */
  readonly intervalMs: number;
  /** The share of all traces that is to be kept, over 0 up to 1. */
  readonly goal: number;
  /** The part of the newest interval in the moving averages, over 0 up to 1. */
  readonly weight: number;
  /** Keys with an average of their own; all others have one together. */
  readonly maxKeys: number;
}

/** Traces per interval, by trace key: moving averages, or the counts of one interval. */
export type KeyNumbers = ReadonlyMap<string, number>;

/** The number of the interval that a trace belongs to, by the arrival of its first spans. */
export function intervalAt({ intervalMs }: DynamicSampler, receivedAtMs: number): number {
  return Math.floor(receivedAtMs / intervalMs);
}
