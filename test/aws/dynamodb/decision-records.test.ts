import { describe, expect, it } from 'vitest';
import { toRecordItem } from '../../../lib/aws/dynamodb/decision-item.ts';
import { DecisionRecords } from '../../../lib/aws/dynamodb/decision-records.ts';
import type { TableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import type { DecisionRecord, LookNote } from '../../../lib/pipeline/ports.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const DECISION: DecisionRecord = {
  policy: 'errors',
  adjustedCount: 1,
  partition: 'dt=2026-11-21/hour=12',
  claims: [{ key: 'traces/a', fragments: [], claimedAtMs: 5, firstSeq: 0, lineCount: 1 }],
  version: 3,
};
const NOTE: LookNote = {
  outcome: 'not_sampled',
  earliest: 'f#1',
  fragmentCount: 1,
  lists: [],
  landmarks: [],
  landmarkVotes: [],
  vainLooks: 0,
  version: 1,
};

/** A table with one item, and what was asked of it. */
function recordsOn(record: DecisionRecord | LookNote | undefined, { expiresInMs = 60_000, failures = 0 } = {}) {
  const clock = new ManualClock();
  const expiresAt = Math.floor((clock.now() + expiresInMs) / 1000);
  const Item = record && toRecordItem(ID, record, expiresAt, { tenant: 'shop' });
  const asked: unknown[] = [];
  const client = {
    call: async (operation: string, input: unknown) => {
      asked.push([operation, input]);
      if (asked.length <= failures) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
      return { Item };
    },
  } as unknown as TableCalls;
  const retryPolicy = instantRetryPolicy(clock);
  return {
    asked,
    records: new DecisionRecords({ client, tableName: 'table', clock, tenant: 'shop', retryPolicy }),
  };
}

describe('a decision record by its key', () => {
  it('is one consistent read of one item of the tenant', async () => {
    const { records, asked } = recordsOn(DECISION);
    expect(await records.find(ID)).toEqual(DECISION);
    const Key = { traceId: { S: `shop/${ID}` }, sk: { S: 'd' } };
    expect(asked).toEqual([['GetItem', { TableName: 'table', ConsistentRead: true, Key }]]);
  });

  it('is not that of a trace that was not kept, nor one that has expired', async () => {
    expect(await recordsOn(undefined).records.find(ID)).toBeUndefined();
    expect(await recordsOn(NOTE).records.find(ID)).toBeUndefined();
    expect(await recordsOn(DECISION, { expiresInMs: -1000 }).records.find(ID)).toBeUndefined();
  });

  it('is asked for again when the table is throttled', async () => {
    const { records, asked } = recordsOn(DECISION, { failures: 2 });
    expect(await records.find(ID)).toEqual(DECISION);
    expect(asked).toHaveLength(3);
  });
});
