/** A part of the space of trace ID hashes, as shares of 1: the hashes h with `from` < h / 2^64 <= `to`. */
export interface HashRange {
  /** Hashes with different salts are independent of each other; with the same salt they are the same hash. */
  readonly salt: string;
  readonly from: number;
  readonly to: number;
}

/** The share of one hash in 2^64: no range is counted as narrower, so that no count is infinite. */
const ONE_HASH = 2 ** -64;

/**
 * How many trace IDs one trace ID in all of the ranges stands for. Ranges of one salt overlap or nest, so their
 * intersection counts; ranges of different salts are independent, so their widths multiply.
 */
export function adjustedCountOf(ranges: readonly HashRange[]): number {
  const bySalt = new Map<string, HashRange>();
  for (const range of ranges) {
    const other = bySalt.get(range.salt);
    bySalt.set(range.salt, other === undefined ? range : intersect(range, other));
  }
  let count = 1;
  for (const { from, to } of bySalt.values()) count /= Math.max(to - from, ONE_HASH);
  return count;
}

function intersect(a: HashRange, b: HashRange): HashRange {
  return { salt: a.salt, from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
