import { constants, deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DeflateRaw, ZstdCompress } from 'minizlib';
import { DICTIONARY_V1 } from './dictionary-v1.ts';
import { KeptCompressor } from './kept-compressor.ts';

/** How much processor time fewer bytes are worth: `best` is tried where it may save a write unit. */
export type Effort = 'usual' | 'best';

/** Levels of zlib. The best one saves 1-2 % of the bytes, in up to 10 % more time. Lower ones save little time. */
const DEFLATE_LEVELS: Readonly<Record<Effort, number>> = { usual: 6, best: 9 };
/** Levels of zstd. The best one saves up to 30 % of the bytes, and takes three times as long. */
const ZSTD_LEVELS: Readonly<Record<Effort, number>> = { usual: 3, best: 9 };

let report: ((error: unknown) => void) | undefined;

/** Tells, once for each process, that a compressor does not work as it should: nothing is lost, and compressing costs more. */
export function onCompressorFailure(tell: (error: unknown) => void): void {
  report = tell;
}

function onFailure(error: unknown): void {
  report?.(error);
  report = undefined;
}

type Compressors = Partial<Record<Effort, KeptCompressor>>;

const deflateV1: Compressors = {};

/** Compresses to raw deflate with preset dictionary v1. */
export function deflateWithV1(payload: Uint8Array, effort: Effort): Uint8Array {
  deflateV1[effort] ??= openDeflate(DEFLATE_LEVELS[effort]);
  return deflateV1[effort].compress(payload);
}

export function openDeflate(level: number): KeptCompressor {
  const options = { level, dictionary: DICTIONARY_V1, flush: constants.Z_FINISH };
  return new KeptCompressor(
    {
      open() {
        const stream = new DeflateRaw(options);
        return {
          compress(payload) {
            stream.reset();
            stream.write(payload);
            return stream.read();
          },
          close: () => stream.close(),
        };
      },
      once: (payload) => deflateRawSync(payload, options),
      decode: (compressed) => inflateRawSync(compressed, { dictionary: DICTIONARY_V1 }),
      onFailure,
    },
    DICTIONARY_V1.subarray(0, 1024),
  );
}

/**
 * Streams of zstd take 1 MB each. A function has a trained dictionary for each tenant, and a tenant's requests come one after the other
 * more often than not.
 */
const MAX_DICTIONARIES = 4;

/** By the bytes of the dictionary. The one that was used last is the last. */
const byDictionary = new Map<Uint8Array, Compressors>();

/** Compresses to a frame of zstd with this dictionary. Its streams stay open as long as the same bytes are passed, in the same place. */
export function zstdWith(dictionary: Uint8Array, payload: Uint8Array, effort: Effort): Uint8Array {
  const compressors = byDictionary.get(dictionary) ?? {};
  byDictionary.delete(dictionary);
  byDictionary.set(dictionary, compressors);
  if (byDictionary.size > MAX_DICTIONARIES) closeOldest();
  compressors[effort] ??= openZstd(dictionary, ZSTD_LEVELS[effort]);
  return compressors[effort].compress(payload);
}

function closeOldest(): void {
  for (const [dictionary, { usual, best }] of byDictionary) {
    usual?.close();
    best?.close();
    byDictionary.delete(dictionary);
    return;
  }
}

export function openZstd(dictionary: Uint8Array, level: number): KeptCompressor {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const options = { params, dictionary: Buffer.from(dictionary), flush: constants.ZSTD_e_end };
  return new KeptCompressor(
    {
      open() {
        const stream = new ZstdCompress(options);
        return {
          compress(payload) {
            stream.write(payload);
            return stream.read();
          },
          close: () => stream.close(),
        };
      },
      once: (payload) => zstdCompressSync(payload, { params, dictionary: options.dictionary }),
      decode: (compressed) => zstdDecompressSync(compressed, { dictionary: options.dictionary }),
      onFailure,
    },
    dictionary.subarray(0, 1024),
  );
}
