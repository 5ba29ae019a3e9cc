import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARY_V1 } from './dictionary-v1.ts';

/**
 * The first byte of a stored payload says how the rest is coded: as it is, or in raw deflate with a preset dictionary. A new
 * dictionary gets a new byte.
 */
const RAW = 0;
const DEFLATE_DICTIONARY_V1 = 1;

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
  return withCodec(RAW, payload);
}

/** The length of {@link encodeRaw}'s answer. */
export function rawLength(payload: Uint8Array): number {
  return payload.length + 1;
}

/**
 * @param options.best takes more time for 1-2 % fewer bytes
 * @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES}
 */
export function encodeDeflated(payload: Uint8Array, { best = false } = {}): Uint8Array {
  assertSize(payload);
  const options = { level: best ? BEST_LEVEL : LEVEL, dictionary: DICTIONARY_V1 };
  return withCodec(DEFLATE_DICTIONARY_V1, deflateRawSync(payload, options));
}

const deflateElsewhere = promisify<Uint8Array, object, Buffer>(deflateRaw);

/**
 * The same on another thread: for payloads so large that this one must not stand still meanwhile. It costs more processor time.
 * @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES}
 */
export async function encodeLarge(payload: Uint8Array): Promise<Uint8Array> {
  assertSize(payload);
  return withCodec(DEFLATE_DICTIONARY_V1, await deflateElsewhere(payload, { level: LEVEL, dictionary: DICTIONARY_V1 }));
}

/** `undefined` when the payload has more than `maxBytes`. @throws {UnreadablePayloadError} */
export function decodePayload(stored: Uint8Array, maxBytes = MAX_FRAGMENT_BYTES): Uint8Array | undefined {
  const codec = stored[0];
  const coded = stored.subarray(1);
  switch (codec) {
    case RAW:
      return coded.length > maxBytes ? undefined : coded;
    case DEFLATE_DICTIONARY_V1:
      return inflate(coded, maxBytes);
    default:
      throw new UnreadablePayloadError(
        codec === undefined
          ? 'stored payload is empty'
          : `stored payload has codec ${codec}, known are ${RAW} and ${DEFLATE_DICTIONARY_V1}`,
      );
  }
}

function inflate(coded: Uint8Array, maxBytes: number): Uint8Array | undefined {
  // The smallest limit of zlib is 1.
  if (maxBytes < 1) return undefined;
  try {
    const payload = inflateRawSync(coded, { dictionary: DICTIONARY_V1, maxOutputLength: maxBytes });
    // Not a Buffer: its slice() shares memory, where that of a Uint8Array copies.
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.length);
  } catch (cause) {
    if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new UnreadablePayloadError(`stored payload does not inflate: ${String(cause)}`, { cause });
  }
}

function withCodec(codec: number, coded: Uint8Array): Uint8Array {
  const stored = new Uint8Array(coded.length + 1);
  stored[0] = codec;
  stored.set(coded, 1);
  return stored;
}

function assertSize(payload: Uint8Array): void {
  if (payload.length <= MAX_FRAGMENT_BYTES) return;
  throw new RangeError(`a fragment may have ${MAX_FRAGMENT_BYTES} bytes, got ${payload.length}`);
}
