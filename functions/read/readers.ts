import { zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '../../lib/archive/ports.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { type SpanBuffer, TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import type { KeptRecords, ReadClock } from '../../lib/read/ports.ts';
import { TraceReader, type TraceReaderLimits } from '../../lib/read/trace-reader.ts';
import { type PerTenant, perTenant } from '../shared/per-tenant.ts';

export interface ReadersDeps {
  readonly store: Pick<ObjectStore, 'listFolder' | 'get' | 'getRange'>;
  /** The decision records of a tenant. */
  readonly buffer: PerTenant<Pick<SpanBuffer, 'read'>>;
  readonly clock: ReadClock;
}

/** Each reader has a memory of its own: more of them than this at a time start anew. */
const MAX_READERS = 8;

/** A reader for each tenant, who share the store and nothing else. */
export function createReaders(deps: ReadersDeps, limits: Partial<TraceReaderLimits> = {}): PerTenant<TraceReader> {
  const { store: objects, clock, buffer } = deps;
  const decompress = {
    gunzip: NODE_CODECS.gunzip,
    zstd: (bytes: Uint8Array, outputLength: number) => zstdDecompressSync(bytes, { maxOutputLength: outputLength }),
  };
  return perTenant(
    (tenant) => new TraceReader({ objects, decompress, clock, records: recordsIn(buffer(tenant)) }, { tenant }, limits),
    MAX_READERS,
  );
}

/** The decision records in a buffer. */
function recordsIn(buffer: Pick<SpanBuffer, 'read'>): KeptRecords {
  return {
    async find(traceId) {
      // Of a trace that is kept, the record alone is read.
      const { decision } = await buffer.read(traceId, { wholeUpTo: 0 }).catch((error: unknown) => {
        // Of one that is not, and has more fragments than can be read, nothing is known.
        if (error instanceof TraceTooLargeError) return error;
        throw error;
      });
      if (decision === undefined) return undefined;
      return {
        partition: decision.partition,
        keys: decision.claims.map(({ key }) => key),
        lineCount: decision.claims.reduce((sum, claim) => sum + claim.lineCount, 0),
      };
    },
  };
}
