import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Claim, DecisionRecord } from '../../pipeline/ports.ts';
import type { ThresholdUpdate } from '../../sampling/probability/weigh.ts';
import { partitionPrefix, type TenantScope } from '../tenant-scope.ts';
import { list, number, text, UnreadableItemError, wholeNumber } from './attribute-reader.ts';
import type { Item } from './item-size.ts';
import { CLAIM, DECISION, DECISION_SORT_KEY, EXPIRES_AT, PARTITION_KEY, SORT_KEY } from './schema.ts';

/** The hashes of a claim are one string: a list would spend four bytes on each element. */
const HASH_SEPARATOR = ' ';

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
    // Absent: the weight is not known.
    ...(record.sampleWeight === null ? {} : { [DECISION.sampleWeight]: { N: String(record.sampleWeight) } }),
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
    sampleWeight: item[DECISION.sampleWeight] === undefined ? null : number(item, DECISION.sampleWeight),
    ...fromThreshold(item),
    partition: text(item, DECISION.partition),
    claims: list(item, DECISION.claims).map(fromClaimMap),
    version: wholeNumber(item, DECISION.version),
  };
}

/** The empty string: `th` is taken away. Absent: it stays as it came. */
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
