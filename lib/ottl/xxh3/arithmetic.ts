export const PRIME32_1 = 0x9e3779b1n;
export const PRIME32_2 = 0x85ebca77n;
export const PRIME32_3 = 0xc2b2ae3dn;
export const PRIME64_1 = 0x9e3779b185ebca87n;
export const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
export const PRIME64_3 = 0x165667b19e3779f9n;
export const PRIME64_4 = 0x85ebca77c2b2ae63n;
export const PRIME64_5 = 0x27d4eb2f165667c5n;
export const PRIME_MX1 = 0x165667919e3779f9n;
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

export function swapBytes(value: bigint, length: 4 | 8): bigint {
  let swapped = 0n;
  for (let i = 0; i < length; i++) swapped = (swapped << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return swapped;
}

/** Both halves of the product, one on the other. */
export function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return uint64(product) ^ (product >> 64n);
}

export function avalanche(value: bigint): bigint {
  const mixed = uint64((value ^ (value >> 37n)) * PRIME_MX1);
  return mixed ^ (mixed >> 32n);
}

/** That of the older XXH64. */
export function avalanche64(value: bigint): bigint {
  const once = uint64((value ^ (value >> 33n)) * PRIME64_2);
  const twice = uint64((once ^ (once >> 29n)) * PRIME64_3);
  return twice ^ (twice >> 32n);
}
