import { zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '../../lib/archive/ports.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { type DecisionRecord, type SpanBuffer, TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import type { FoundDamage, KeptRecords, ReadClock } from '../../lib/read/ports.ts';
import { TraceReader, type TraceReaderLimits } from '../../lib/read/trace-reader.ts';
import type { Log } from '../shared/logger.ts';
import { type PerTenant, perTenant } from '../shared/per-tenant.ts';

export interface ReadersDeps {
  readonly store: Pick<ObjectStore, 'listFolder' | 'get' | 'getRange'>;
  /** The decision records of a tenant. */
  readonly records: PerTenant<KeptRecords>;
  readonly clock: ReadClock;
  readonly log: Log;
}

export interface ReadersLimits extends TraceReaderLimits {
  /** Each reader has a memory of its own: where there are more tenants, those who have not asked for longest start anew. @default 8 */
  readonly maxReaders: number;
}

const MAX_READERS = 8;

/** A reader for each tenant, who share the store and nothing else. */
export function createReaders(deps: ReadersDeps, limits: Partial<ReadersLimits> = {}): PerTenant<TraceReader> {
  const { store: objects, clock, records, log } = deps;
  const { maxReaders = MAX_READERS, ...ofEach } = limits;
  const decompress = {
    gunzip: NODE_CODECS.gunzip,
    zstd: (bytes: Uint8Array, outputLength: number) => zstdDecompressSync(bytes, { maxOutputLength: outputLength }),
  };
  const onDamage = (found: FoundDamage) => log.warn('damaged', { ...found });
  return perTenant(
    (tenant) => new TraceReader({ objects, decompress, clock, records: records(tenant), onDamage }, { tenant }, ofEach),
    maxReaders,
  );
}

/** The decision records, of what reads the decision on a trace. */
export function keptRecords(decisionOn: (traceId: string) => Promise<DecisionRecord | undefined>): KeptRecords {
  return {
    async find(traceId) {
      const decision = await decisionOn(traceId);
      if (decision === undefined) return undefined;
      return {
        partition: decision.partition,
        keys: decision.claims.map(({ key }) => key),
        lineCount: decision.claims.reduce((sum, claim) => sum + claim.lineCount, 0),
      };
    },
  };
}

/** The decision records in a buffer. */
export function recordsIn(buffer: Pick<SpanBuffer, 'read'>): KeptRecords {
  return keptRecords(async (traceId) => {
    // Of a trace that is kept, the record alone is read.
    const { decision } = await buffer.read(traceId, { wholeUpTo: 0 }).catch((error: unknown) => {
      // Of one that is not, and has more fragments than can be read, nothing is known.
      if (error instanceof TraceTooLargeError) return error;
      throw error;
    });
    return decision;
  });
}
