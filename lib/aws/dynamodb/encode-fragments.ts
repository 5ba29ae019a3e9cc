import { setImmediate } from 'node:timers/promises';
import type { TenantScope } from '../../archive/layout.ts';
import type { BufferedFragment } from '../../pipeline/ports.ts';
import { type FragmentItem, toFragmentItem } from './fragment-item.ts';
import { encodeLarge } from './fragment-payload.ts';
import { fragmentExpiresAt, type Item } from './schema.ts';
import type { TrainedDictionary } from './trained-dictionary.ts';

/**
 * At most this many bytes are compressed before other work of the process goes on, which takes some 10 ms; a larger fragment is
 * compressed on another thread.
 */
export const BYTES_AT_ONCE = 256 * 1024;

export interface EncodeOptions extends TenantScope {
  /** How long fragments are kept. */
  readonly bufferTtlMs: number;
  readonly dictionary: TrainedDictionary | undefined;
}

/** The items of fragments, without those that are there twice, and the objects that some of them point at. */
export async function encodeFragments(
  fragments: readonly BufferedFragment[],
  options: EncodeOptions,
): Promise<{ readonly items: readonly Item[]; readonly spills: readonly NonNullable<FragmentItem['spill']>[] }> {
  // BatchWriteItem rejects a request that names a key twice.
  const unique = new Map(fragments.map((fragment) => [`${fragment.traceId}#${fragment.hash}`, fragment]));
  const items: Item[] = [];
  const spills: NonNullable<FragmentItem['spill']>[] = [];
  let bytesAtOnce = 0;
  for (const fragment of unique.values()) {
    const { payload, receivedAtMs } = fragment;
    const deflated = payload.length > BYTES_AT_ONCE ? await encodeLarge(payload) : undefined;
    const { dictionary, bufferTtlMs } = options;
    const expiresAt = fragmentExpiresAt(receivedAtMs, bufferTtlMs);
    const { item, spill } = toFragmentItem(fragment, expiresAt, options, { dictionary, deflated });
    items.push(item);
    if (spill !== undefined) spills.push(spill);
    bytesAtOnce += payload.length;
    if (bytesAtOnce < BYTES_AT_ONCE) continue;
    await setImmediate();
    bytesAtOnce = 0;
  }
  return { items, spills };
}
