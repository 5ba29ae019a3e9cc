/**
 * XXH3 of 64 bits with seed 0 (xxHash specification, "XXH3 algorithm description"): each range of lengths has its own
 * steps.
 */
import {
  accumulateLong,
  avalanche,
  avalanche64,
  foldedProduct,
  mergeLanes,
  mix16,
  PRIME_MX2,
  PRIME64_1,
  rotate64,
  secret32,
  secret64,
  swapBytes,
  uint64,
} from './xxh3.ts';

/** XXH3 of 64 bits, seed 0. */
export function xxh3Hash64(bytes: Uint8Array): bigint {
  const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  if (length <= 3) return avalanche64(combineSmall(bytes) ^ secret32(0) ^ secret32(4));
  if (length <= 8) return upTo8(input);
  if (length <= 16) return upTo16(input);
  const start = uint64(BigInt(length) * PRIME64_1);
  if (length <= 128) return upTo128(input, start);
  if (length <= 240) return upTo240(input, start);
  return avalanche(mergeLanes(accumulateLong(input), 11, start));
}

/** Combines up to 3 bytes and their number to one word; without bytes the word comes from the secret. */
export function combineSmall(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length === 0) return secret64(56) ^ secret64(64) ^ secret32(0) ^ secret32(4);
  const [first = 0, second = first] = bytes;
  const last = bytes[length - 1] ?? 0;
  return BigInt(((first << 16) | (second << 24) | last | (length << 8)) >>> 0);
}

/** 4 to 8 bytes. */
function upTo8(input: DataView): bigint {
  const length = input.byteLength;
  const value = BigInt(input.getUint32(length - 4, true)) + (BigInt(input.getUint32(0, true)) << 32n);
  const keyed = value ^ secret64(8) ^ secret64(16);
  const once = uint64((keyed ^ rotate64(keyed, 49n) ^ rotate64(keyed, 24n)) * PRIME_MX2);
  const twice = uint64((once ^ ((once >> 35n) + BigInt(length))) * PRIME_MX2);
  return twice ^ (twice >> 28n);
}

/** 9 to 16 bytes. */
function upTo16(input: DataView): bigint {
  const length = input.byteLength;
  const low = input.getBigUint64(0, true) ^ secret64(24) ^ secret64(32);
  const high = input.getBigUint64(length - 8, true) ^ secret64(40) ^ secret64(48);
  return avalanche(uint64(BigInt(length) + swapBytes(low, 8) + high + foldedProduct(low, high)));
}

/** 17 to 128 bytes: 16 from each end at a time, from the ends inwards. */
function upTo128(input: DataView, start: bigint): bigint {
  const length = input.byteLength;
  let sum = start;
  for (let i = 0; i < Math.ceil(length / 32); i++) {
    sum += mix16(input, 16 * i, 32 * i) + mix16(input, length - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(uint64(sum));
}

/** 129 to 240 bytes: 16 at a time, and the last 16 once more. */
function upTo240(input: DataView, start: bigint): bigint {
  const length = input.byteLength;
  let sum = start;
  for (let at = 0; at < 128; at += 16) sum += mix16(input, at, at);
  sum = avalanche(uint64(sum));
  for (let at = 128; at + 16 <= length; at += 16) sum += mix16(input, at, at - 125);
  return avalanche(uint64(sum + mix16(input, length - 16, 119)));
}
