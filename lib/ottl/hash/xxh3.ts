import {
  foldedProduct,
  PRIME32_1,
  PRIME32_2,
  PRIME32_3,
  PRIME64_1,
  PRIME64_2,
  PRIME64_3,
  PRIME64_4,
  PRIME64_5,
  uint32,
  uint64,
} from '../xxh3/arithmetic.ts';
import { SECRET_LENGTH, secret64 } from '../xxh3/secret.ts';

const STRIPE = 64;
const STRIPES_PER_BLOCK = (SECRET_LENGTH - STRIPE) / 8;
const LANES = [0, 1, 2, 3, 4, 5, 6, 7];

/** The eight accumulators of an input of more than 240 bytes. */
export function accumulateLong(input: DataView): readonly bigint[] {
  const lanes = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1];
  const lastStripe = Math.floor((input.byteLength - 1) / STRIPE);
  for (let stripe = 0; stripe < lastStripe; stripe++) {
    const inBlock = stripe % STRIPES_PER_BLOCK;
    if (stripe > 0 && inBlock === 0) scramble(lanes);
    accumulate(lanes, input, stripe * STRIPE, inBlock * 8);
  }
  if (lastStripe % STRIPES_PER_BLOCK === 0) scramble(lanes);
  accumulate(lanes, input, input.byteLength - STRIPE, SECRET_LENGTH - STRIPE - 7);
  return lanes;
}

export function mergeLanes(lanes: readonly bigint[], secretAt: number, start: bigint): bigint {
  let merged = start;
  for (let i = 0; i < 8; i += 2) {
    const first = (lanes[i] ?? 0n) ^ secret64(secretAt + 8 * i);
    merged += foldedProduct(first, (lanes[i + 1] ?? 0n) ^ secret64(secretAt + 8 * i + 8));
  }
  return uint64(merged);
}

function accumulate(lanes: bigint[], input: DataView, at: number, secretAt: number): void {
  for (const i of LANES) {
    const value = input.getBigUint64(at + 8 * i, true);
    const keyed = value ^ secret64(secretAt + 8 * i);
    lanes[i ^ 1] = uint64((lanes[i ^ 1] ?? 0n) + value);
    lanes[i] = uint64((lanes[i] ?? 0n) + uint32(keyed) * (keyed >> 32n));
  }
}

function scramble(lanes: bigint[]): void {
  for (const i of LANES) {
    const lane = lanes[i] ?? 0n;
    lanes[i] = uint64((lane ^ (lane >> 47n) ^ secret64(SECRET_LENGTH - STRIPE + 8 * i)) * PRIME32_1);
  }
}
