import type { DictionaryTrainer } from '../../lib/aws/dynamodb/dictionary-trainer.ts';
import type { Clock, KeyTables, LimitStore, SpanBuffer, TraceArchive, WakeUpQueue } from '../../lib/pipeline/ports.ts';

/** The ports of the pipeline on AWS, or on one machine. */
export interface Services {
  readonly clock: Clock;
  readonly buffer: SpanBuffer;
  readonly wakeUps: WakeUpQueue;
  readonly archive: TraceArchive;
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
  /** Trains dictionaries for the buffer; `undefined`: this process does not. */
  readonly trainer?: Pick<DictionaryTrainer, 'trainIfDue'> | undefined;
}

/** Beyond this many tenants, what belongs to the least recently seen one is dropped, and made anew when it returns. */
const MAX_TENANTS = 1000;

/** What each tenant has of its own, made when it is first needed. A pipeline without tenants has one, for `undefined`. */
export type PerTenant<Value> = (tenant: string | undefined) => Value;

export function perTenant<Value>(
  create: (tenant: string | undefined) => Value,
  maxTenants = MAX_TENANTS,
): PerTenant<Value> {
  const values = new Map<string | undefined, Value>();
  return (tenant) => {
    const known = values.has(tenant);
    const value = known ? (values.get(tenant) as Value) : create(tenant);
    // A map keeps the order of insertion, so the first entry is the least recently used.
    if (known) values.delete(tenant);
    else if (values.size >= maxTenants) values.delete([...values.keys()][0]);
    values.set(tenant, value);
    return value;
  };
}
