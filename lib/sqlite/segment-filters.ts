/** Bits of the filter of a segment, a power of two: eight to thirteen for each of its traces. */
const FILTER_BITS = 2 ** 18;
/** A bit of a filter is set for each of these hashes of a trace. */
const HASHES = 6;
/** Segments in a block: the bits of one number. */
const BLOCK_SEGMENTS = 32;

/** The filter of one segment, as it is stored: 32 KB. */
export function encodeFilter(traceHashes: Iterable<number>): Uint32Array {
  const filter = new Uint32Array(FILTER_BITS / 32);
  for (const hash of traceHashes) {
    const step = stepOf(hash);
    for (let i = 0, at = hash; i < HASHES; i += 1, at = (at + step) | 0) {
      const bit = at & (FILTER_BITS - 1);
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }
  return filter;
}

interface Block<Segment> {
  /** For each bit of the filters, which segments have it. */
  readonly bits: Uint32Array;
  readonly segments: (Segment | undefined)[];
}

/**
 * Which segments may have a trace (Bloom filters): wrong about one of some hundred that do not have it, never about one that does.
 *
 * The filters of 32 segments are turned: one number holds the same bit of each. So a question reads six numbers of memory at most for 32
 * segments, and not one or two for each of hundreds.
 */
export class SegmentFilters<Segment extends { readonly last: number }> {
  #blocks: Block<Segment>[] = [];

  /** The newest segment. */
  get newest(): Segment | undefined {
    return this.#blocks.at(-1)?.segments.at(-1);
  }

  /** Adds a segment that is newer than all others. @param filter from {@link encodeFilter} */
  add(segment: Segment, filter: Uint32Array): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.segments.length === BLOCK_SEGMENTS) {
      block = { bits: new Uint32Array(FILTER_BITS), segments: [] };
      this.#blocks.push(block);
    }
    const { bits, segments } = block;
    const mask = 1 << segments.length;
    segments.push(segment);
    for (const [index, word] of filter.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        const bit = index * 32 + 31 - Math.clz32(rest & -rest);
        bits[bit] = (bits[bit] ?? 0) | mask;
      }
    }
  }

  /** Forgets the segments that end before this pack. */
  forgetBefore(pack: number): void {
    for (const { segments } of this.#blocks) {
      for (const [index, segment] of segments.entries()) {
        if (segment !== undefined && segment.last < pack) segments[index] = undefined;
      }
    }
    this.#blocks = this.#blocks.filter(({ segments }) => segments.some((segment) => segment !== undefined));
  }

  /** The segments that may have a trace with this hash, oldest first. */
  candidates(hash: number): readonly Segment[] {
    const found: Segment[] = [];
    const step = stepOf(hash);
    for (const { bits, segments } of this.#blocks) {
      let common = -1;
      for (let i = 0, at = hash; i < HASHES && common !== 0; i += 1, at = (at + step) | 0) {
        common &= bits[at & (FILTER_BITS - 1)] ?? 0;
      }
      for (; common !== 0; common &= common - 1) {
        const segment = segments[31 - Math.clz32(common & -common)];
        if (segment !== undefined) found.push(segment);
      }
    }
    return found;
  }
}

/** Odd, so that every bit of a filter is within reach. */
function stepOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) | 1;
}
