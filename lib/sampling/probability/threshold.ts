/**
 * Rejection thresholds of consistent probability sampling
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/): a threshold T is a number of 56
 * bits. A trace is kept when its randomness R, one of 2^56 values, is at least T: its probability is `1 - T / 2^56`.
 */

/** The threshold that keeps every trace. */
export const ALWAYS = 0n;
/** The threshold that keeps no trace: above every value of R. It is never written to a trace state. */
export const NEVER: bigint = 1n << 56n;
const DIGITS = /^[0-9a-f]{1,14}$/;

/** The threshold for a probability, rounded to 56 bits; {@link NEVER} below a probability of 2^-56. */
export function thresholdOf(probability: number): bigint {
  if (probability >= 1) return ALWAYS;
  if (!(probability >= 2 ** -56)) return NEVER;
  return NEVER - BigInt(Math.round(probability * 2 ** 56));
}

/** The adjusted count of a trace kept at this threshold: how many traces it stands for. */
export function adjustedCountAt(threshold: bigint): number {
  return Number(NEVER) / Number(NEVER - threshold);
}

/** The value of `th`: up to 14 hex digits, without trailing zeros. */
export function thresholdDigits(threshold: bigint): string {
  const digits = threshold.toString(16).padStart(14, '0').replace(/0+$/, '');
  return digits === '' ? '0' : digits;
}

/** The threshold in a value of `th`; undefined when the text is not one. */
export function parseThreshold(digits: string): bigint | undefined {
  return DIGITS.test(digits) ? BigInt(`0x${digits.padEnd(14, '0')}`) : undefined;
}
