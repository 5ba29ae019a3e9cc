const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The largest 64-bit hash that a share of `ratio` keeps: (2^64 - 1) * ratio, exactly, rounded down, and clamped to 0 …
 * 2^64 - 1. The Collector rounds to 64 significant bits before that. This never changes the result after rounding down,
 * so both keep the same traces.
 */
export function hashThreshold(ratio: number): bigint {
  if (ratio < 2 ** -64) return 0n;
  if (ratio >= 1) return MAX_UINT64;
  const { mantissa, exponent } = split(ratio);
  return (MAX_UINT64 * mantissa) >> BigInt(-exponent);
}

/** Splits a number from 2^-64 to below 1 into mantissa * 2^exponent, exactly. */
function split(ratio: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, ratio);
  const bits = view.getBigUint64(0);
  return { mantissa: (bits & (2n ** 52n - 1n)) | (2n ** 52n), exponent: Number(bits >> 52n) - 1075 };
}

/**
 * Rejection thresholds of consistent probability sampling: of the 2^56 values of the randomness R of a trace, those
 * below the threshold T are rejected. A trace is kept if R >= T, with probability 1 - T / 2^56.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export const ALWAYS = 0n;
/** One more than the largest threshold. It is never written. */
export const NEVER: bigint = 1n << 56n;

const DIGITS = /^[0-9a-f]{1,14}$/;

/** Rounds to 56 bits; {@link NEVER} below a probability of 2^-56. */
export function thresholdOf(probability: number): bigint {
  if (probability >= 1) return ALWAYS;
  if (!(probability >= 2 ** -56)) return NEVER;
  return NEVER - BigInt(Math.round(probability * 2 ** 56));
}

/** The adjusted count at this threshold: how many traces a kept one stands for. */
export function adjustedCountAt(threshold: bigint): number {
  return Number(NEVER) / Number(NEVER - threshold);
}

/** The value of `th`: hex digits without the trailing zeros. */
export function thresholdDigits(threshold: bigint): string {
  const digits = threshold.toString(16).padStart(14, '0').replace(/0+$/, '');
  return digits === '' ? '0' : digits;
}

/** Undefined if `digits` is not a value of `th`. */
export function parseThreshold(digits: string): bigint | undefined {
  return DIGITS.test(digits) ? BigInt(`0x${digits.padEnd(14, '0')}`) : undefined;
}
