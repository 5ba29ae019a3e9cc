/** What the hashes XXH3 of 64 and of 128 bits have in common, with seed 0, in the terms of the specification. */

const PRIME32_1 = 0x9e3779b1n;
export const PRIME32_2 = 0x85ebca77n;
const PRIME32_3 = 0xc2b2ae3dn;
export const PRIME64_1 = 0x9e3779b185ebca87n;
export const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
export const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const PRIME_MX1 = 0x165667919e3779f9n;
export const PRIME_MX2 = 0x9fb21c651e98df25n;

export function uint32(value: bigint): bigint {
  return BigInt.asUintN(32, value);
}

export function uint64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function rotate64(value: bigint, bits: bigint): bigint {
  return uint64(value << bits) | (value >> (64n - bits));
}

/** The lowest `length` bytes in reverse order. */
export function swapBytes(value: bigint, length: 4 | 8): bigint {
  let swapped = 0n;
  for (let i = 0; i < length; i++) swapped = (swapped << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return swapped;
}

/** The 128-bit product, its halves combined by XOR. */
export function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return uint64(product) ^ (product >> 64n);
}

/** The avalanche of XXH3. */
export function avalanche(value: bigint): bigint {
  const mixed = uint64((value ^ (value >> 37n)) * PRIME_MX1);
  return mixed ^ (mixed >> 32n);
}

/** The avalanche of XXH64, which short inputs use. */
export function avalanche64(value: bigint): bigint {
  const once = uint64((value ^ (value >> 33n)) * PRIME64_2);
  const twice = uint64((once ^ (once >> 29n)) * PRIME64_3);
  return twice ^ (twice >> 32n);
}

/** The default secret of XXH3, 192 bytes (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
const SECRET_HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
  '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';

const SECRET_LENGTH = 192;
const view = new DataView(new ArrayBuffer(SECRET_LENGTH));
for (let at = 0; at < SECRET_LENGTH; at++) view.setUint8(at, Number.parseInt(SECRET_HEX.slice(2 * at, 2 * at + 2), 16));

/** 4 bytes of the secret, little-endian; {@link secret64} gives 8. */
export function secret32(at: number): bigint {
  return BigInt(view.getUint32(at, true));
}

export function secret64(at: number): bigint {
  return view.getBigUint64(at, true);
}

/** Mixes 16 bytes of the input with 16 of the secret. */
export function mix16(input: DataView, at: number, secretAt: number): bigint {
  return foldedProduct(
    input.getBigUint64(at, true) ^ secret64(secretAt),
    input.getBigUint64(at + 8, true) ^ secret64(secretAt + 8),
  );
}

/** Long inputs are read in stripes of 64 bytes, and the lanes scrambled after each block of stripes. */
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

/** Combines the accumulators to one word. @param secretAt where in the secret the merge starts */
export function mergeLanes(lanes: readonly bigint[], secretAt: number, start: bigint): bigint {
  let merged = start;
  for (let i = 0; i < 8; i += 2) {
    const first = (lanes[i] ?? 0n) ^ secret64(secretAt + 8 * i);
    merged += foldedProduct(first, (lanes[i + 1] ?? 0n) ^ secret64(secretAt + 8 * i + 8));
  }
  return uint64(merged);
}

/** Adds a stripe, keyed with the secret, to the eight lanes. */
function accumulate(lanes: bigint[], input: DataView, at: number, secretAt: number): void {
  for (const i of LANES) {
    const value = input.getBigUint64(at + 8 * i, true);
    const keyed = value ^ secret64(secretAt + 8 * i);
    lanes[i ^ 1] = uint64((lanes[i ^ 1] ?? 0n) + value);
    lanes[i] = uint64((lanes[i] ?? 0n) + uint32(keyed) * (keyed >> 32n));
  }
}

/** Scrambles the lanes at the end of a block. */
function scramble(lanes: bigint[]): void {
  for (const i of LANES) {
    const lane = lanes[i] ?? 0n;
    lanes[i] = uint64((lane ^ (lane >> 47n) ^ secret64(SECRET_LENGTH - STRIPE + 8 * i)) * PRIME32_1);
  }
}
