import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TenantScope } from '../../archive/layout.ts';
import type { Claim, DecisionRecord } from '../../pipeline/ports.ts';
import type { ThresholdUpdate } from '../../sampling/adjusted-count.ts';
import {
  CLAIM,
  DECISION,
  DECISION_SORT_KEY,
  EXPIRES_AT,
  type Item,
  list,
  number,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  text,
  UnreadableItemError,
  wholeNumber,
} from './schema.ts';

/** The hashes of a claim are one string: a list would spend four bytes on each element. */
const HASH_SEPARATOR = ' ';

/** The decision record of a trace as an item of the buffer table (`schema.ts`, `d`). */
export function toDecisionItem(
  traceId: string,
  record: DecisionRecord,
  expiresAt: number,
  scope: TenantScope = {},
): Item {
  return {
    [PARTITION_KEY]: { S: partitionPrefix(scope) + traceId },
    [SORT_KEY]: { S: DECISION_SORT_KEY },
    [EXPIRES_AT]: { N: String(expiresAt) },
    [DECISION.policy]: { S: record.policy },
    // Absent: the weight is unknown.
    ...(record.adjustedCount === null ? {} : { [DECISION.adjustedCount]: { N: String(record.adjustedCount) } }),
    ...toThreshold(record.threshold),
    [DECISION.partition]: { S: record.partition },
    [DECISION.claims]: { L: record.claims.map(toClaimMap) },
    [DECISION.version]: { N: String(record.version) },
  };
}

/** @throws {UnreadableItemError} */
export function fromDecisionItem(item: Item): DecisionRecord {
  return {
    policy: text(item, DECISION.policy),
    adjustedCount: item[DECISION.adjustedCount] === undefined ? null : number(item, DECISION.adjustedCount),
    ...fromThreshold(item),
    partition: text(item, DECISION.partition),
    claims: list(item, DECISION.claims).map(fromClaimMap),
    version: wholeNumber(item, DECISION.version),
  };
}

/** The empty string: `th` is removed. Absent: it stays as it was sent. */
function toThreshold(threshold: ThresholdUpdate): Item {
  return threshold === undefined ? {} : { [DECISION.threshold]: { S: threshold ?? '' } };
}

function fromThreshold(item: Item): { readonly threshold?: ThresholdUpdate } {
  return item[DECISION.threshold] === undefined ? {} : { threshold: text(item, DECISION.threshold) || null };
}

function toClaimMap(claim: Claim): AttributeValue {
  return {
    M: {
      [CLAIM.key]: { S: claim.key },
      [CLAIM.fragments]: { S: claim.fragments.join(HASH_SEPARATOR) },
      [CLAIM.claimedAtMs]: { N: String(claim.claimedAtMs) },
      [CLAIM.firstSeq]: { N: String(claim.firstSeq) },
      [CLAIM.lineCount]: { N: String(claim.lineCount) },
    },
  };
}

function fromClaimMap(value: AttributeValue): Claim {
  const map = value.M;
  if (map === undefined) throw new UnreadableItemError(DECISION.claims, 'a list of maps', value);
  const fragments = text(map, CLAIM.fragments);
  return {
    key: text(map, CLAIM.key),
    fragments: fragments === '' ? [] : fragments.split(HASH_SEPARATOR),
    claimedAtMs: wholeNumber(map, CLAIM.claimedAtMs),
    firstSeq: wholeNumber(map, CLAIM.firstSeq),
    lineCount: wholeNumber(map, CLAIM.lineCount),
  };
}

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
 * The condition that the stored decision record is the one that the writer has read.
 *
 * ```
 * version:  none ──1──▶ 1 ──2──▶ 2 ── … ──▶ expired ──1──▶ 1
 * ```
 * Of two writers of the same version one wins. An expired record counts as none, whether DynamoDB has deleted it or not.
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
