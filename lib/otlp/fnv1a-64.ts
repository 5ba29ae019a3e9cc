/**
 * A 64-bit FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/) as two unsigned 32-bit halves: it runs on every
 * trace, and BigInt is an order of magnitude slower here.
 */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** The state of the hash before the first byte. */
export const FNV_OFFSET_BASIS: Hash64 = { high: 0xcbf29ce4, low: 0x84222325 };

/**
 * Continues the hash `start` with `bytes`.
 * @returns the state after them, which is the hash of everything so far
 */
export function fnv1a64(bytes: Uint8Array, start: Hash64 = FNV_OFFSET_BASIS): Hash64 {
  let { high, low } = start;
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3. Each product stays below 2^42, so it is exact in a double.
    const lowProduct = low * 0x1b3;
    const carry = Math.floor(lowProduct / 2 ** 32);
    high = (high * 0x1b3 + carry + ((low << 8) >>> 0)) >>> 0;
    low = lowProduct >>> 0;
  }
  return { high, low };
}
