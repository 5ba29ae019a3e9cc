/**
 * XXH3 of 128 bits with seed 0 (xxHash specification, "XXH3 algorithm description"): each range of lengths has its own
 * steps.
 */
import {
  accumulateLong,
  avalanche,
  avalanche64,
  mergeLanes,
  mix16,
  PRIME_MX2,
  PRIME32_2,
  PRIME64_1,
  PRIME64_2,
  PRIME64_4,
  secret32,
  secret64,
  swapBytes,
  uint32,
  uint64,
} from './xxh3.ts';
import { combineSmall } from './xxh3-64.ts';

/** The high and the low half. */
type Halves = readonly [bigint, bigint];

/** XXH3 of 128 bits, seed 0. */
export function xxh3Hash128(bytes: Uint8Array): Halves {
  const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  if (length === 0) return [avalanche64(secret64(80) ^ secret64(88)), avalanche64(secret64(64) ^ secret64(72))];
  if (length <= 3) return upTo3(bytes);
  if (length <= 8) return upTo8(input);
  if (length <= 16) return upTo16(input);
  if (length <= 128) return upTo128(input);
  if (length <= 240) return upTo240(input);
  const lanes = accumulateLong(input);
  const low = mergeLanes(lanes, 11, uint64(BigInt(length) * PRIME64_1));
  const high = mergeLanes(lanes, 117, uint64(~(BigInt(length) * PRIME64_2)));
  return [avalanche(high), avalanche(low)];
}

/** 1 to 3 bytes. */
function upTo3(bytes: Uint8Array): Halves {
  const low = combineSmall(bytes);
  const swapped = swapBytes(low, 4);
  const high = uint32(swapped << 13n) | (swapped >> 19n);
  return [avalanche64(high ^ secret32(8) ^ secret32(12)), avalanche64(low ^ secret32(0) ^ secret32(4))];
}

/** 4 to 8 bytes. */
function upTo8(input: DataView): Halves {
  const length = input.byteLength;
  const value = BigInt(input.getUint32(0, true)) + (BigInt(input.getUint32(length - 4, true)) << 32n);
  const product = (value ^ secret64(16) ^ secret64(24)) * (PRIME64_1 + (BigInt(length) << 2n));
  const high = uint64((product >> 64n) + (uint64(product) << 1n));
  const low = uint64(product) ^ (high >> 3n);
  const mixed = uint64((low ^ (low >> 35n)) * PRIME_MX2);
  return [avalanche(high), mixed ^ (mixed >> 28n)];
}

/** 9 to 16 bytes. */
function upTo16(input: DataView): Halves {
  const length = input.byteLength;
  const first = input.getBigUint64(0, true);
  const last = input.getBigUint64(length - 8, true);
  const product = (first ^ last ^ secret64(32) ^ secret64(40)) * PRIME64_1;
  const keyed = last ^ secret64(48) ^ secret64(56);
  const high = uint64((product >> 64n) + keyed + uint32(keyed) * (PRIME32_2 - 1n));
  const low = uint64(product + (BigInt(length - 1) << 54n)) ^ swapBytes(high, 8);
  const mixed = low * PRIME64_2;
  return [avalanche(uint64((mixed >> 64n) + high * PRIME64_2)), avalanche(uint64(mixed))];
}

/** 17 to 128 bytes: 16 from each end at a time, from the inside outwards. */
function upTo128(input: DataView): Halves {
  const length = input.byteLength;
  let halves: Halves = [0n, uint64(BigInt(length) * PRIME64_1)];
  for (let i = Math.ceil(length / 32) - 1; i >= 0; i--)
    halves = mix32(halves, input, 16 * i, length - 16 * (i + 1), 32 * i);
  return finish(halves, length);
}

/** 129 to 240 bytes: 32 at a time, and the last 32 once more. */
function upTo240(input: DataView): Halves {
  const length = input.byteLength;
  let halves: Halves = [0n, uint64(BigInt(length) * PRIME64_1)];
  for (let at = 0; at < 128; at += 32) halves = mix32(halves, input, at, at + 16, at);
  halves = [avalanche(halves[0]), avalanche(halves[1])];
  for (let at = 128; at + 32 <= length; at += 32) halves = mix32(halves, input, at, at + 16, at - 125);
  return finish(mix32(halves, input, length - 16, length - 32, 103), length);
}

/** Mixes 16 bytes at one place and 16 at another with 32 bytes of the secret. */
function mix32([high, low]: Halves, input: DataView, at: number, otherAt: number, secretAt: number): Halves {
  const sum = (place: number) => uint64(input.getBigUint64(place, true) + input.getBigUint64(place + 8, true));
  return [
    uint64(high + mix16(input, otherAt, secretAt + 16)) ^ sum(at),
    uint64(low + mix16(input, at, secretAt)) ^ sum(otherAt),
  ];
}

/** Combines the halves after more than 16 bytes. */
function finish([high, low]: Halves, length: number): Halves {
  const mixed = uint64(low * PRIME64_1 + high * PRIME64_4 + BigInt(length) * PRIME64_2);
  return [uint64(-avalanche(mixed)), avalanche(uint64(high + low))];
}
