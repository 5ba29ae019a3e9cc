import type { TenantScope } from '../../archive/layout.ts';
import type { Clock, DecisionRecord } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { fromRecordItem } from './decision-item.ts';
import {
  DECISION_SORT_KEY,
  EXPIRES_AT,
  isExpired,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  wholeNumber,
} from './schema.ts';
import type { TableCalls } from './table-calls.ts';

export interface DecisionRecordsDeps extends TenantScope {
  readonly client: TableCalls;
  readonly tableName: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * The decision records in the buffer table (`schema.ts`, `d`), for who only looks for kept traces: one item by its key, so that the
 * right to GetItem is enough, and the spans that wait are neither read nor found.
 */
export class DecisionRecords {
  readonly #deps: DecisionRecordsDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: DecisionRecordsDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /**
   * `undefined`: the trace is not kept, or its record has expired.
   * @param traceId 32 lower-case hex digits
   * @throws {UnavailableError}
   */
  async find(traceId: string): Promise<DecisionRecord | undefined> {
    const { client, tableName, clock } = this.#deps;
    const get = {
      TableName: tableName,
      // A trace that was decided a moment ago is found.
      ConsistentRead: true,
      Key: {
        [PARTITION_KEY]: { S: partitionPrefix(this.#deps) + traceId },
        [SORT_KEY]: { S: DECISION_SORT_KEY },
      },
    };
    const what = `read the decision on trace ${traceId}`;
    const { Item: item } = await retry(this.#retryPolicy, what, () => client.call('GetItem', get));
    if (item === undefined || isExpired(wholeNumber(item, EXPIRES_AT), clock.now())) return undefined;
    const record = fromRecordItem(item);
    return 'outcome' in record ? undefined : record;
  }
}
