import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARY_V1 } from './dictionary-v1.ts';
import { DICTIONARY_ID_BYTES, type TrainedDictionary } from './trained-dictionary.ts';

/**
 * The first byte of a stored payload says how the rest is coded:
 *
 * | byte | the rest |
 * |---|---|
 * | 0 | the payload, as it is |
 * | 1 | raw deflate with preset dictionary v1, which is part of the code |
 * | 2 | the ID of a trained dictionary (8 bytes), then raw deflate with it |
 *
 * What one version has written, all later ones read.
 */
const RAW = 0;
const DEFLATE_DICTIONARY_V1 = 1;
const DEFLATE_TRAINED = 2;
const TRAINED_HEADER_BYTES = 1 + DICTIONARY_ID_BYTES;

/** Bounds the memory that one stored payload can take; far above what an export request may hold. */
export const MAX_FRAGMENT_BYTES = 128 * 1024 * 1024;

/** The level of zlib that is tried first. Lower ones save little time: most of it goes into setting up the dictionary. */
const LEVEL = 6;
/** 1-2 % smaller in up to 10 % more time: worth it only where that saves a write unit. */
const BEST_LEVEL = 9;

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

export interface DeflateOptions {
  /** Takes more time for 1-2 % fewer bytes. @default false */
  readonly best?: boolean;
  /** Stored under its ID, for at least as long as the payload will be. @default dictionary v1 */
  readonly dictionary?: Pick<TrainedDictionary, 'id' | 'bytes'> | undefined;
}

/** @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES} */
export function encodeDeflated(payload: Uint8Array, { best = false, dictionary }: DeflateOptions = {}): Uint8Array {
  assertSize(payload);
  const level = best ? BEST_LEVEL : LEVEL;
  if (dictionary === undefined) {
    return withHeader([DEFLATE_DICTIONARY_V1], deflateRawSync(payload, { level, dictionary: DICTIONARY_V1 }));
  }
  const header = [DEFLATE_TRAINED, ...Buffer.from(dictionary.id, 'hex')];
  return withHeader(header, deflateRawSync(payload, { level, dictionary: dictionary.bytes }));
}

const deflateElsewhere = promisify<Uint8Array, object, Buffer>(deflateRaw);

/**
 * The same on another thread: for payloads so large that this one must not stand still meanwhile. It costs more processor time.
 * @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES}
 */
export async function encodeLarge(payload: Uint8Array): Promise<Uint8Array> {
  assertSize(payload);
  const deflated = await deflateElsewhere(payload, { level: LEVEL, dictionary: DICTIONARY_V1 });
  return withHeader([DEFLATE_DICTIONARY_V1], deflated);
}

/**
 * The ID of the trained dictionary without which the payload cannot be decoded; `undefined`: it needs none.
 * @throws {UnreadablePayloadError}
 */
export function dictionaryIdOf(stored: Uint8Array): string | undefined {
  if (stored[0] !== DEFLATE_TRAINED) return undefined;
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
      return inflate(stored.subarray(1), DICTIONARY_V1, maxBytes);
    case DEFLATE_TRAINED:
      if (trained === undefined) throw new TypeError(`dictionary ${dictionaryIdOf(stored)} is needed, got none`);
      return inflate(stored.subarray(TRAINED_HEADER_BYTES), trained, maxBytes);
    default:
      throw new UnreadablePayloadError(
        codec === undefined
          ? 'stored payload is empty'
          : `stored payload has codec ${codec}, known are ${RAW}, ${DEFLATE_DICTIONARY_V1} and ${DEFLATE_TRAINED}`,
      );
  }
}

function inflate(coded: Uint8Array, dictionary: Uint8Array, maxBytes: number): Uint8Array | undefined {
  // The smallest limit of zlib is 1.
  if (maxBytes < 1) return undefined;
  try {
    const payload = inflateRawSync(coded, { dictionary, maxOutputLength: maxBytes });
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
  if (payload.length <= MAX_FRAGMENT_BYTES) return;
  throw new RangeError(`a fragment may have ${MAX_FRAGMENT_BYTES} bytes, got ${payload.length}`);
}
