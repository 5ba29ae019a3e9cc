import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { toHex } from '../../otlp/bytes-to-text.ts';
import { encodeGoString } from '../go/go-string.ts';
import { murmur3Hash32, murmur3Hash128 } from '../hash/murmur3.ts';
import { xxh3Hash64 } from '../hash/xxh3-64.ts';
import { xxh3Hash128 } from '../hash/xxh3-128.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Hashes of strings, written in lower-case hex. Murmur3 is written little-endian, as in the Collector. */
export const HASH_CONVERTERS: readonly ConverterDefinition[] = [
  /** `MD5("") == "d41d8cd98f00b204e9800998ecf8427e"` */
  hash('MD5', md5),
  /** `SHA1("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709"` */
  hash('SHA1', sha1),
  /** `SHA256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"` */
  hash('SHA256', sha256),
  /** `Len(SHA512("a")) == 128` */
  hash('SHA512', sha512),
  /** `Len(Murmur3Hash("a")) == 8` */
  hash('Murmur3Hash', (bytes) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, murmur3Hash32(bytes), true);
    return new Uint8Array(view.buffer);
  }),
  /** `Len(Murmur3Hash128("a")) == 32` */
  hash('Murmur3Hash128', (bytes) => {
    const view = new DataView(new ArrayBuffer(16));
    for (const [i, half] of murmur3Hash128(bytes).entries()) view.setBigUint64(8 * i, half, true);
    return new Uint8Array(view.buffer);
  }),
  /** `XXH3("") == "2d06800538d394c2"` */
  hash('XXH3', (bytes) => bigEndian([xxh3Hash64(bytes)])),
  /** `XXH128("") == "99aa06d3014798d86001c324468d497f"` */
  hash('XXH128', (bytes) => bigEndian(xxh3Hash128(bytes))),
];

function bigEndian(words: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * words.length));
  for (const [i, word] of words.entries()) view.setBigUint64(8 * i, word);
  return new Uint8Array(view.buffer);
}

function hash(name: string, digest: (bytes: Uint8Array) => Uint8Array): ConverterDefinition {
  return {
    name,
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => {
        const bytes = digest(encodeGoString(target(context)));
        return toHex(bytes, 0, bytes.length);
      };
    },
  };
}
