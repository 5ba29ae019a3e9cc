/**
 * The choice of a share of traces by a hash, as the Collector's `probabilistic` makes it: FNV-1a of a salt and the 16
 * bytes of the trace ID, compared with a threshold.
 */
import { fnv1a64, type Hash64 } from '../../otlp/fnv1a-64.ts';
import { intervalProbability, type Probability } from './probability.ts';

/** The hash of a trace ID. @param salted the state of the hash after the salt */
export function hashTraceId(traceId: string, salted: Hash64): Hash64 {
  return fnv1a64(traceIdBytes(traceId), salted);
}

/** The 16 bytes of a trace ID in hex. */
function traceIdBytes(traceId: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(traceId.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The largest hash of a trace that a share of `ratio` keeps: (2^64 - 1) * ratio, exactly, rounded down, and limited to
 * 0 … 2^64 - 1. The Collector rounds to 64 significant bits in between; that never changes the result after rounding
 * down, so both keep the same traces.
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

const FNV_PRIME = (1n << 40n) + 0x1b3n;

/** The factor by which FNV-1a multiplies a state, and the distance of two states, over the 16 bytes of a trace ID. */
const FACTOR = BigInt.asUintN(64, FNV_PRIME ** 16n);

/**
 * The probability that the hash of a trace ID is at most `threshold`.
 *
 * @param salted the state of the hash after the salt. Two states with the same lowest byte change in the same way with
 * each further byte, so that their hashes keep a fixed distance: they are one source, shifted. Hashes after states with
 * different lowest bytes are independent sources.
 */
export function hashProbability({ high, low }: Hash64, threshold: bigint): Probability {
  const state = (BigInt(high) << 32n) | BigInt(low);
  return intervalProbability(`hash ${low & 0xff}`, -state * FACTOR, threshold + 1n);
}
