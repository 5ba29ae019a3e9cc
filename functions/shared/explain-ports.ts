import type { TenantScope } from '../../lib/archive/layout.ts';
import type { ObjectStore } from '../../lib/archive/ports.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import type { ExplainTraceDeps } from '../../lib/pipeline/explain/explain-trace.ts';
import type { Clock } from '../../lib/pipeline/ports.ts';

/** What explaining a trace needs of a pipeline, besides its policies. */
export type ExplainPorts = Omit<ExplainTraceDeps, 'config'>;

export interface StackPorts extends TenantScope {
  readonly client: TableCalls;
  /** Name of the buffer table. */
  readonly tableName: string;
  /** The bucket of the archive, where large fragments wait as well. */
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** A pipeline on AWS, for one tenant. Of the table it uses GetItem, BatchGetItem and Query, of the bucket GetObject. */
export function explainPortsOf({ store, ...table }: StackPorts): Omit<ExplainPorts, 'deadLetters'> {
  const { clock, tenant } = table;
  return {
    clock,
    buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store }),
    limits: new DynamoDbLimitStore(table),
    keyTables: new DynamoDbKeyTables(table),
    archive: new GzipTraceArchive({ store, codecs: NODE_CODECS, tenant }),
    bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
  };
}
