import type { BufferedFragment } from '../../pipeline/ports.ts';
import { spillKey } from '../spill-key.ts';
import { partitionPrefix, type TenantScope } from '../tenant-scope.ts';
import { text, wholeNumber } from './attribute-reader.ts';
import { encodeDeflated, encodeRaw } from './fragment-payload.ts';
import { type Item, itemBytes, writeUnits } from './item-size.ts';
import { EXPIRES_AT, FRAGMENT, FRAGMENT_PREFIX, PARTITION_KEY, SORT_KEY } from './schema.ts';

/** A stored payload above this goes to the spill store: one PUT costs as much as eight write units. */
export const MAX_INLINE_BYTES = 8 * 1024;

export interface FragmentItem {
  readonly item: Item;
  /** To be written before the item, which points at it. */
  readonly spill: { readonly key: string; readonly bytes: Uint8Array } | undefined;
}

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

/** Compressing is the dearest step of ingest, so it is done only where it can save a write unit, and kept if it does. */
function cheapest(payload: Uint8Array, otherBytes: number): Uint8Array {
  const raw = encodeRaw(payload);
  const rawUnits = writeUnits(otherBytes + raw.length);
  if (rawUnits === 1) return raw;
  const deflated = encodeDeflated(payload);
  return writeUnits(otherBytes + deflated.length) < rawUnits ? deflated : raw;
}

/** A fragment as its item tells it; the payload is still coded, or elsewhere. */
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
