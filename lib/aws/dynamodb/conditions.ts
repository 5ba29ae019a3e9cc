import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DECISION, EXPIRES_AT, PARTITION_KEY } from './schema.ts';

/** A condition of a write, with the names and values that it mentions. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
}

const absent = 'attribute_not_exists(#traceId)';
const expired = '#expiresAt <= :now';
const alive = '#expiresAt > :now';
const hasPreviousVersion = '#version = :previous';

/**
 * The stored decision record is the one that the writer has read.
 *
 * ```
 * version:  none ──1──▶ 1 ──2──▶ 2 ── … ──▶ expired ──1──▶ 1
 * ```
 * Two writers of the same version: one wins. An expired record counts as none, deleted or not.
 */
export function decisionIsAt(previousVersion: number, nowMs: number): Condition {
  const now = { N: String(Math.floor(nowMs / 1000)) };
  if (previousVersion === 0) {
    return {
      ConditionExpression: `${absent} OR ${expired}`,
      ExpressionAttributeNames: { '#traceId': PARTITION_KEY, '#expiresAt': EXPIRES_AT },
      ExpressionAttributeValues: { ':now': now },
    };
  }
  return {
    ConditionExpression: `${hasPreviousVersion} AND ${alive}`,
    ExpressionAttributeNames: { '#version': DECISION.version, '#expiresAt': EXPIRES_AT },
    ExpressionAttributeValues: { ':previous': { N: String(previousVersion) }, ':now': now },
  };
}
