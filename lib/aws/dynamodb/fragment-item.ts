import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { spillKey, type TenantScope } from '../../archive/layout.ts';
import type { BufferedFragment } from '../../pipeline/ports.ts';
import { DICTIONARY_V1 } from './dictionary-v1.ts';
import {
  EXPIRES_AT,
  FRAGMENT,
  FRAGMENT_PREFIX,
  type Item,
  itemBytes,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  text,
  wholeNumber,
  writeUnits,
} from './schema.ts';

/** A fragment as an item of the buffer table (`schema.ts`, `f#<hash>`), and the object that it points at. */
export interface FragmentItem {
  readonly item: Item;
  /** To be written before the item, which points at it. */
  readonly spill: { readonly key: string; readonly bytes: Uint8Array } | undefined;
}

/** A larger stored payload goes to the spill store: one PUT costs as much as eight write units. */
const MAX_INLINE_BYTES = 8 * 1024;

export function toFragmentItem(fragment: BufferedFragment, expiresAt: number, scope: TenantScope = {}): FragmentItem {
  const item: Item = {
    [PARTITION_KEY]: { S: partitionPrefix(scope) + fragment.traceId },
    [SORT_KEY]: { S: FRAGMENT_PREFIX + fragment.hash },
    [EXPIRES_AT]: { N: String(expiresAt) },
    [FRAGMENT.receivedAtMs]: { N: String(fragment.receivedAtMs) },
    [FRAGMENT.spanCount]: { N: String(fragment.spanCount) },
  };
  const stored = cheapest(fragment.payload, itemBytes(item) + FRAGMENT.payload.length);
  if (stored.length <= MAX_INLINE_BYTES) {
    item[FRAGMENT.payload] = { B: stored };
    return { item, spill: undefined };
  }
  const key = spillKey(fragment.traceId, fragment.hash, scope);
  item[FRAGMENT.spillKey] = { S: key };
  return { item, spill: { key, bytes: stored } };
}

/** Compressing is the most expensive step of ingest: it is tried only where it can save a write unit, and kept if it does. */
function cheapest(payload: Uint8Array, otherBytes: number): Uint8Array {
  const raw = encodeRaw(payload);
  const rawUnits = writeUnits(otherBytes + raw.length);
  if (rawUnits === 1) return raw;
  const deflated = encodeDeflated(payload);
  return writeUnits(otherBytes + deflated.length) < rawUnits ? deflated : raw;
}

/** A fragment as its item has it: the payload is still coded, or in the spill store. */
export interface StoredFragment {
  readonly hash: string;
  readonly receivedAtMs: number;
  readonly spanCount: number;
  readonly stored: { readonly bytes: Uint8Array } | { readonly spillKey: string };
}

/** @throws {UnreadableItemError} */
export function fromFragmentItem(item: Item): StoredFragment {
  const payload = item[FRAGMENT.payload]?.B;
  return {
    hash: text(item, SORT_KEY).slice(FRAGMENT_PREFIX.length),
    receivedAtMs: wholeNumber(item, FRAGMENT.receivedAtMs),
    spanCount: wholeNumber(item, FRAGMENT.spanCount),
    stored: payload === undefined ? { spillKey: text(item, FRAGMENT.spillKey) } : { bytes: payload },
  };
}

/**
 * The first byte of a stored payload says how the rest is coded: as it is, or in raw deflate with a preset dictionary. A new
 * dictionary gets a new byte.
 */
const RAW = 0;
const DEFLATE_DICTIONARY_V1 = 1;

/** Bounds the memory that one stored payload can take; far above what an export request may hold. */
export const MAX_FRAGMENT_BYTES = 128 * 1024 * 1024;

/** A stored payload cannot be decoded: a later version wrote it, or it is damaged. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/** @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES} */
export function encodeRaw(payload: Uint8Array): Uint8Array {
  assertSize(payload);
  return withCodec(RAW, payload);
}

/** @throws {RangeError} when the payload is over {@link MAX_FRAGMENT_BYTES} */
export function encodeDeflated(payload: Uint8Array): Uint8Array {
  assertSize(payload);
  return withCodec(DEFLATE_DICTIONARY_V1, deflateRawSync(payload, { level: 6, dictionary: DICTIONARY_V1 }));
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
