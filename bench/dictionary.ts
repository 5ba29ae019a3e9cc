/** How small the dictionary makes fragments, and what they cost to write: ratios and write units of a corpus. */
import { deflateRawSync } from 'node:zlib';
import { DICTIONARY_V1 } from '../lib/aws/dynamodb/dictionary-v1.ts';
import { toFragmentItem } from '../lib/aws/dynamodb/fragment-item.ts';
import { itemBytes, writeUnits } from '../lib/aws/dynamodb/schema.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { corpus, type Layout } from './corpus.ts';

/** Names and values of an item besides its payload. */
const ITEM_OVERHEAD = 100;

function measure(layout: Layout) {
  const payloads = corpus(layout, 12).flatMap(({ protobuf }) =>
    regroup(protobuf).fragments.map(({ payload }) => payload),
  );
  const total = { raw: 0, plain: 0, coded: 0, rawUnits: 0, storedUnits: 0 };
  for (const payload of payloads) {
    total.raw += payload.length;
    total.plain += deflateRawSync(payload, { level: 6 }).length;
    total.coded += deflateRawSync(payload, { level: 6, dictionary: DICTIONARY_V1 }).length;
    total.rawUnits += writeUnits(payload.length + ITEM_OVERHEAD);
    const fragment = { traceId: '0'.repeat(32), hash: '0'.repeat(24), payload, receivedAtMs: 1.8e12, spanCount: 9 };
    const { item, spill } = toFragmentItem(fragment, 1.8e9);
    total.storedUnits += writeUnits(itemBytes(item)) + (spill === undefined ? 0 : 8);
  }
  return {
    layout,
    fragments: payloads.length,
    'mean bytes': Math.round(total.raw / payloads.length),
    'deflate ratio': round(total.raw / total.plain),
    'dictionary ratio': round(total.raw / total.coded),
    'write units saved': `${round(total.rawUnits / total.storedUnits)}x`,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

console.log(`dictionary v1: ${DICTIONARY_V1.length} bytes`);
console.table([measure('mixed'), measure('sdk')]);
