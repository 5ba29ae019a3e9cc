import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { isGivenBack } from '../../otlp/give-back.ts';
import { deflateWithV1, type Effort, zstdWith } from './compressors.ts';
import { DICTIONARY_V1 } from './dictionary-v1.ts';
import { DICTIONARY_ID_BYTES, type TrainedDictionary } from './trained-dictionary.ts';

/**
 * The first byte of a stored payload says how the rest is coded:
 *
 * | byte | the rest |
 * |---|---|
 * | 0 | the payload, as it is |
 * | 1 | raw deflate with preset dictionary v1, which is part of the code |
 * | 2 | the ID of a trained dictionary (8 bytes), then a frame of zstd with it |
 *
 * What one version has written, all later ones read.
 */
const RAW = 0;
const DEFLATE_DICTIONARY_V1 = 1;
const ZSTD_TRAINED = 2;
const TRAINED_HEADER_BYTES = 1 + DICTIONARY_ID_BYTES;

/** Bounds the memory that one stored payload can take; far above what an export request may hold. */
export const MAX_FRAGMENT_BYTES = 128 * 1024 * 1024;

/** A stored payload cannot be decoded: a later version wrote it, or it is damaged. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/** @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES} */
export function encodeRaw(payload: Uint8Array): Uint8Array {
  assertSize(payload);
  return withHeader([RAW], payload);
}

/** The length of {@link encodeRaw}'s answer. */
export function rawLength(payload: Uint8Array): number {
  return payload.length + 1;
}

/** Coding 1. @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES} */
export function encodeDeflated(payload: Uint8Array, effort: Effort = 'usual'): Uint8Array {
  assertSize(payload);
  return withHeader([DEFLATE_DICTIONARY_V1], deflateWithV1(payload, effort));
}

/**
 * Coding 2.
 * @param dictionary stored under its ID, for at least as long as the payload will be
 * @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES}
 */
export function encodeTrained(
  payload: Uint8Array,
  { id, bytes }: Pick<TrainedDictionary, 'id' | 'bytes'>,
  effort: Effort = 'usual',
): Uint8Array {
  assertSize(payload);
  return withHeader([ZSTD_TRAINED, ...Buffer.from(id, 'hex')], zstdWith(bytes, payload, effort));
}

const LARGE_LEVEL = 6;
const deflateElsewhere = promisify<Uint8Array, object, Buffer>(deflateRaw);

/**
 * The same on another thread: for payloads so large that this one must not stand still meanwhile. It costs more processor time.
 * @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES}
 */
export async function encodeLarge(payload: Uint8Array): Promise<Uint8Array> {
  assertSize(payload);
  const deflated = await deflateElsewhere(payload, { level: LARGE_LEVEL, dictionary: DICTIONARY_V1 });
  return withHeader([DEFLATE_DICTIONARY_V1], deflated);
}

/**
 * The ID of the trained dictionary without which the payload cannot be decoded; `undefined`: it needs none.
 * @throws {UnreadablePayloadError}
 */
export function dictionaryIdOf(stored: Uint8Array): string | undefined {
  if (stored[0] !== ZSTD_TRAINED) return undefined;
  if (stored.length < TRAINED_HEADER_BYTES)
    throw new UnreadablePayloadError('stored payload ends in the ID of its dictionary');
  return Buffer.from(stored.subarray(1, TRAINED_HEADER_BYTES)).toString('hex');
}

/**
 * `undefined` when the payload has more than `maxBytes`.
 * @param trained the bytes of the dictionary that {@link dictionaryIdOf} names
 * @throws {UnreadablePayloadError}
 */
export function decodePayload(
  stored: Uint8Array,
  maxBytes = MAX_FRAGMENT_BYTES,
  trained?: Uint8Array,
): Uint8Array | undefined {
  const codec = stored[0];
  switch (codec) {
    case RAW:
      return stored.length - 1 > maxBytes ? undefined : stored.subarray(1);
    case DEFLATE_DICTIONARY_V1:
      return decompress(inflateRawSync, stored.subarray(1), DICTIONARY_V1, maxBytes);
    case ZSTD_TRAINED:
      if (trained === undefined) throw new TypeError(`dictionary ${dictionaryIdOf(stored)} is needed, got none`);
      return decompress(zstdDecompressSync, stored.subarray(TRAINED_HEADER_BYTES), trained, maxBytes);
    default:
      throw new UnreadablePayloadError(
        codec === undefined
          ? 'stored payload is empty'
          : `stored payload has codec ${codec}, known are ${RAW}, ${DEFLATE_DICTIONARY_V1} and ${ZSTD_TRAINED}`,
      );
  }
}

function decompress(
  decode: (coded: Uint8Array, options: { dictionary: Uint8Array; maxOutputLength: number }) => Buffer,
  coded: Uint8Array,
  dictionary: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined {
  // The smallest limit of zlib is 1.
  if (maxBytes < 1) return undefined;
  try {
    const payload = decode(coded, { dictionary, maxOutputLength: maxBytes });
    // Not a Buffer: its slice() shares memory, where that of a Uint8Array copies.
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.length);
  } catch (cause) {
    if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new UnreadablePayloadError(`stored payload does not inflate: ${String(cause)}`, { cause });
  }
}

function withHeader(header: readonly number[], coded: Uint8Array): Uint8Array {
  const stored = new Uint8Array(header.length + coded.length);
  stored.set(header);
  stored.set(coded, header.length);
  return stored;
}

function assertSize(payload: Uint8Array): void {
  // zlib would find no bytes, and overwrite what was stored before.
  if (isGivenBack(payload)) throw new TypeError('the memory of the fragment was given back before it was stored');
  if (payload.length <= MAX_FRAGMENT_BYTES) return;
  throw new RangeError(`a fragment may have ${MAX_FRAGMENT_BYTES} bytes, got ${payload.length}`);
}
