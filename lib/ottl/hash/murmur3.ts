/** MurmurHash3 (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp). */

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** Murmur3 of 32 bits, x86, seed 0. */
export function murmur3Hash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    hash ^= mix32(view.getUint32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | view.getUint8(at);
  hash ^= mix32(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Mixes a block of 4 bytes into the hash of 32 bits. */
function mix32(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** Murmur3 of 128 bits, x64, seed 0: its first and its second half. */
export function murmur3Hash128(bytes: Uint8Array): readonly [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 16);
  let first = 0n;
  let second = 0n;
  for (let at = 0; at < whole; at += 16) {
    first ^= mixFirst(view.getBigUint64(at, true));
    first = uint64(uint64(rotate(first, 27n) + second) * 5n + 0x52dce729n);
    second ^= mixSecond(view.getBigUint64(at + 8, true));
    second = uint64(uint64(rotate(second, 31n) + first) * 5n + 0x38495ab5n);
  }
  const tail = new DataView(new ArrayBuffer(16));
  for (let at = whole; at < bytes.length; at++) tail.setUint8(at - whole, view.getUint8(at));
  const length = BigInt(bytes.length);
  second ^= mixSecond(tail.getBigUint64(8, true)) ^ length;
  first ^= mixFirst(tail.getBigUint64(0, true)) ^ length;
  first = uint64(first + second);
  second = uint64(second + first);
  first = finish(first);
  second = finish(second);
  first = uint64(first + second);
  return [first, uint64(second + first)];
}

/** Mixes the first half of a block of 16 bytes; {@link mixSecond} the second. */
function mixFirst(block: bigint): bigint {
  return uint64(rotate(uint64(block * C1), 31n) * C2);
}

function mixSecond(block: bigint): bigint {
  return uint64(rotate(uint64(block * C2), 33n) * C1);
}

/** The finalizer `fmix64`. */
function finish(half: bigint): bigint {
  const once = uint64((half ^ (half >> 33n)) * 0xff51afd7ed558ccdn);
  const twice = uint64((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return uint64(value << bits) | (value >> (64n - bits));
}

function uint64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
