const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The largest 64-bit hash that a share of `ratio` keeps: (2^64 - 1) * ratio, exactly, rounded down, and clamped to
 * 0 … 2^64 - 1. The Collector rounds to 64 significant bits on the way, which never changes what is left after rounding
 * down, so that no trace falls on the other side.
 */
export function hashThreshold(ratio: number): bigint {
  if (ratio < 2 ** -64) return 0n;
  if (ratio >= 1) return MAX_UINT64;
  const { mantissa, exponent } = split(ratio);
  return (MAX_UINT64 * mantissa) >> BigInt(-exponent);
}

/** A number from 2^-64 to below 1 as mantissa * 2^exponent, exactly. */
function split(ratio: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, ratio);
  const bits = view.getBigUint64(0);
  return { mantissa: (bits & (2n ** 52n - 1n)) | (2n ** 52n), exponent: Number(bits >> 52n) - 1075 };
}
