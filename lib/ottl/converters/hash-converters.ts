import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { toHex } from '../../otlp/text.ts';
import { encodeGoString } from '../go/go-string.ts';
import { murmur3Hash32, murmur3Hash128 } from '../hash/murmur3.ts';
import { xxh3Hash64 } from '../hash/xxh3-64.ts';
import { xxh3Hash128 } from '../hash/xxh3-128.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Hashes of strings, in lower-case hex. */
export const HASH_CONVERTERS: readonly ConverterDefinition[] = [
  hash('MD5', md5),
  hash('SHA1', sha1),
  hash('SHA256', sha256),
  hash('SHA512', sha512),
  hash('Murmur3Hash', (bytes) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, murmur3Hash32(bytes), true);
    return new Uint8Array(view.buffer);
  }),
  hash('Murmur3Hash128', (bytes) => {
    const view = new DataView(new ArrayBuffer(16));
    for (const [i, half] of murmur3Hash128(bytes).entries()) view.setBigUint64(8 * i, half, true);
    return new Uint8Array(view.buffer);
  }),
  hash('XXH3', (bytes) => bigEndian([xxh3Hash64(bytes)])),
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
