/**
 * The share of traces that the Collector's `probabilistic` policy keeps, computed from its definition and apart from
 * Tailgate's own implementation: the demo checks one against the other.
 */

const FNV_OFFSET_BASIS = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
/** The salt of a policy without `hash_salt`. */
const DEFAULT_SALT = 'default-hash-seed';

/** The greatest hash that is kept at `sampling_percentage: 10`: (2^64 - 1) × 0.1, rounded to 64 significant bits. */
export const TEN_PERCENT = 0x19999999999999ffn;

/** Whether a trace is in the share whose hash is at most `threshold`. */
export function isInShare(traceId: string, threshold: bigint): boolean {
  return fnv1a64(Buffer.concat([Buffer.from(DEFAULT_SALT), Buffer.from(traceId, 'hex')])) <= threshold;
}

/** 64-bit FNV-1a. */
export function fnv1a64(bytes: Uint8Array): bigint {
  return bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME), FNV_OFFSET_BASIS);
}
