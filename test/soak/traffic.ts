import { gzipSync } from 'node:zlib';
import { corpusOf } from '../../bench/corpora.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';

export interface SoakRequest {
  readonly body: Uint8Array;
  readonly spanCount: number;
  readonly traceCount: number;
}

interface Template {
  readonly protobuf: Uint8Array;
  readonly spanCount: number;
  readonly traceCount: number;
  /** Where the trace IDs are. */
  readonly traceIdsAt: readonly number[];
}

/** Made once, because making a request costs more than Tailgate needs to take it. */
const TEMPLATES = 40;

/** Endless export requests of about 512 spans as a gateway sends them, gzipped; each has traces of its own. */
export function* endlessRequests(first = 1): Generator<SoakRequest, never> {
  const templates = corpusOf('gateway', TEMPLATES * 512).map(({ protobuf, spanCount }): Template => {
    const bytes = Buffer.from(protobuf);
    const traceIds = new Set(regroup(protobuf).fragments.map(({ traceId }) => traceId));
    const traceIdsAt = [...traceIds].flatMap((traceId) => placesOf(Buffer.from(traceId, 'hex'), bytes));
    return { protobuf: bytes, spanCount, traceCount: traceIds.size, traceIdsAt };
  });
  for (let number = first; ; ) {
    for (const { protobuf, traceIdsAt, ...counts } of templates) {
      const bytes = Buffer.from(protobuf);
      // Templates share traces. Here each request has its own, so that those that were accepted can be counted.
      number += 1;
      // Sampling by hash takes the last bytes of the ID: they stay random.
      for (const at of traceIdsAt) bytes.writeUInt32BE((bytes.readUInt32BE(at) ^ number) >>> 0, at);
      yield { body: gzipSync(bytes, { level: 1 }), ...counts };
    }
  }
}

function placesOf(traceId: Buffer, bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(traceId); at >= 0; at = bytes.indexOf(traceId, at + 1)) places.push(at);
  return places;
}
