import { spillKey, type TenantScope } from '../../archive/layout.ts';
import type { BufferedFragment } from '../../pipeline/ports.ts';
import type { Effort } from './compressors.ts';
import { encodeDeflated, encodeRaw, encodeTrained, rawLength } from './fragment-payload.ts';
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
  WRITE_UNIT_BYTES,
  wholeNumber,
  writeUnits,
} from './schema.ts';
import type { TrainedDictionary } from './trained-dictionary.ts';

/** A fragment as an item of the buffer table (`schema.ts`, `f#<hash>`), and the object that it points at. */
export interface FragmentItem {
  readonly item: Item;
  /** To be written before the item, which points at it. */
  readonly spill: { readonly key: string; readonly bytes: Uint8Array } | undefined;
}

/** A larger stored payload goes to the spill store: one PUT costs as much as eight write units. */
const MAX_INLINE_BYTES = 8 * 1024;

/** What is known before a fragment becomes an item. */
export interface FragmentCoding {
  /** Used if it is stored for as long as the fragment will be. @default dictionary v1 alone */
  readonly dictionary?: TrainedDictionary | undefined;
  /** The payload from `encodeLarge`, where it was compressed before. */
  readonly deflated?: Uint8Array | undefined;
}

export function toFragmentItem(
  fragment: BufferedFragment,
  expiresAt: number,
  scope: TenantScope = {},
  { dictionary, deflated }: FragmentCoding = {},
): FragmentItem {
  const item: Item = {
    [PARTITION_KEY]: { S: partitionPrefix(scope) + fragment.traceId },
    [SORT_KEY]: { S: FRAGMENT_PREFIX + fragment.hash },
    [EXPIRES_AT]: { N: String(expiresAt) },
    [FRAGMENT.receivedAtMs]: { N: String(fragment.receivedAtMs) },
    [FRAGMENT.spanCount]: { N: String(fragment.spanCount) },
  };
  const otherBytes = itemBytes(item) + FRAGMENT.payload.length;
  const trained = dictionary !== undefined && dictionary.expiresAt >= expiresAt ? dictionary : undefined;
  const stored = cheapest(
    fragment.payload,
    otherBytes,
    () => deflated ?? compress(fragment.payload, otherBytes, trained),
  );
  if (stored.length <= MAX_INLINE_BYTES) {
    item[FRAGMENT.payload] = { B: stored };
    return { item, spill: undefined };
  }
  const key = spillKey(fragment.traceId, fragment.hash, scope);
  item[FRAGMENT.spillKey] = { S: key };
  // Whatever is written last under the key stays readable as long as the object: it needs no dictionary that expires.
  const needsNone = trained === undefined || deflated !== undefined;
  const bytes = needsNone ? stored : cheapest(fragment.payload, otherBytes, () => encodeDeflated(fragment.payload));
  return { item, spill: { key, bytes } };
}

/** Compressing is the most expensive step of ingest: it is tried only where it can save a write unit, and kept if it does. */
function cheapest(payload: Uint8Array, otherBytes: number, deflated: () => Uint8Array): Uint8Array {
  const rawUnits = writeUnits(otherBytes + rawLength(payload));
  if (rawUnits === 1) return encodeRaw(payload);
  const smaller = deflated();
  return writeUnits(otherBytes + smaller.length) < rawUnits ? smaller : encodeRaw(payload);
}

/** A second try, which takes longer, saves up to this share of the bytes of the first. */
const SECOND_TRY_SAVES = { deflate: 0.06, zstd: 0.3 };

/** Tries a second time where that may get the item under the next limit of a write unit, or the payload into the item. */
function compress(payload: Uint8Array, otherBytes: number, dictionary: TrainedDictionary | undefined): Uint8Array {
  const encode = (effort: Effort) =>
    dictionary === undefined ? encodeDeflated(payload, effort) : encodeTrained(payload, dictionary, effort);
  const saves = dictionary === undefined ? SECOND_TRY_SAVES.deflate : SECOND_TRY_SAVES.zstd;
  const first = encode('usual');
  // The spill store gets those of the first try.
  if (dictionary === undefined && first.length > MAX_INLINE_BYTES) return first;
  if (bytesOverLimit(first.length, otherBytes) > first.length * saves) return first;
  const second = encode('best');
  return second.length < first.length ? second : first;
}

/** What would have to be saved so that the payload costs less. Infinity: nothing costs less than a single write unit. */
function bytesOverLimit(storedBytes: number, otherBytes: number): number {
  if (storedBytes > MAX_INLINE_BYTES) return storedBytes - MAX_INLINE_BYTES;
  const units = writeUnits(otherBytes + storedBytes);
  return units === 1 ? Number.POSITIVE_INFINITY : otherBytes + storedBytes - (units - 1) * WRITE_UNIT_BYTES;
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
