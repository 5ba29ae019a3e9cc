import { gzipSync } from 'node:zlib';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { type CorpusName, corpusOf } from '../corpora.ts';

export interface Body {
  readonly gzip: Buffer;
  readonly spanCount: number;
}

/** Requests that are sent together; their traces are in no other batch. */
export interface Batch {
  readonly bodies: readonly Body[];
  readonly spanCount: number;
  readonly traceCount: number;
}

/**
 * Makes batches of the same spans under other trace IDs. Making spans is slow, and would take the processor from what is measured;
 * bodies are made and compressed beforehand.
 */
export class BatchMaker {
  readonly #requests: { readonly bytes: Buffer; readonly spanCount: number; readonly idOffsets: readonly number[] }[] =
    [];
  readonly #traceCount: number;
  #made = 0;

  constructor(corpus: CorpusName, minSpans: number, seed = 1) {
    const traceIds = new Set<string>();
    for (const { protobuf, spanCount } of corpusOf(corpus, minSpans, seed)) {
      const bytes = Buffer.from(protobuf);
      const ids = regroup(protobuf).fragments.map(({ traceId }) => traceId);
      for (const id of ids) traceIds.add(id);
      this.#requests.push({
        bytes,
        spanCount,
        idOffsets: ids.flatMap((id) => offsetsOf(Buffer.from(id, 'hex'), bytes)),
      });
    }
    this.#traceCount = traceIds.size;
  }

  next(): Batch {
    this.#made++;
    const bodies = this.#requests.map(({ bytes, spanCount, idOffsets }) => {
      const body = Buffer.from(bytes);
      // The first bytes of an ID; the Collector's probabilistic policy hashes all of it.
      for (const offset of idOffsets) body.writeUInt32BE((body.readUInt32BE(offset) ^ this.#made) >>> 0, offset);
      return { gzip: gzipSync(body), spanCount };
    });
    const spanCount = bodies.reduce((sum, body) => sum + body.spanCount, 0);
    return { bodies, spanCount, traceCount: this.#traceCount };
  }
}

/** Where the bytes occur. */
function offsetsOf(needle: Buffer, bytes: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) offsets.push(at);
  return offsets;
}
