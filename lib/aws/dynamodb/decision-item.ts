import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TenantScope } from '../../archive/layout.ts';
import type { Claim, DecisionRecord, LookNote } from '../../pipeline/ports.ts';
import type { ThresholdUpdate } from '../../sampling/adjusted-count.ts';
import {
  CLAIM,
  DECISION,
  DECISION_SORT_KEY,
  EXPIRES_AT,
  type Item,
  joinNames,
  list,
  NOTE,
  number,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  splitNames,
  text,
  UnreadableItemError,
  wholeNumber,
} from './schema.ts';

/** The record of a trace as an item of the buffer table (`schema.ts`, `d`). */
export function toRecordItem(
  traceId: string,
  record: DecisionRecord | LookNote,
  expiresAt: number,
  scope: TenantScope = {},
): Item {
  return {
    [PARTITION_KEY]: { S: partitionPrefix(scope) + traceId },
    [SORT_KEY]: { S: DECISION_SORT_KEY },
    [EXPIRES_AT]: { N: String(expiresAt) },
    ...('outcome' in record ? toNote(record) : toDecision(record)),
  };
}

/** @throws {UnreadableItemError} */
export function fromRecordItem(item: Item): DecisionRecord | LookNote {
  return item[NOTE.outcome] === undefined ? fromDecision(item) : fromNote(item);
}

function toDecision(record: DecisionRecord): Item {
  const hasLists = record.claims.some(({ lists }) => lists !== undefined);
  return {
    [DECISION.policy]: { S: record.policy },
    // Absent: the weight is unknown.
    ...(record.adjustedCount === null ? {} : { [DECISION.adjustedCount]: { N: String(record.adjustedCount) } }),
    ...toThreshold(record.threshold),
    [DECISION.partition]: { S: record.partition },
    [hasLists ? DECISION.listedClaims : DECISION.claims]: { L: record.claims.map(toClaimMap) },
    [DECISION.version]: { N: String(record.version) },
  };
}

function fromDecision(item: Item): DecisionRecord {
  const claims = item[DECISION.listedClaims] === undefined ? DECISION.claims : DECISION.listedClaims;
  return {
    policy: text(item, DECISION.policy),
    adjustedCount: item[DECISION.adjustedCount] === undefined ? null : number(item, DECISION.adjustedCount),
    ...fromThreshold(item),
    partition: text(item, DECISION.partition),
    claims: list(item, claims).map(fromClaimMap),
    version: wholeNumber(item, DECISION.version),
  };
}

function toNote(note: LookNote): Item {
  return {
    [NOTE.outcome]: { S: note.outcome },
    [NOTE.earliest]: { S: note.earliest },
    [NOTE.fragmentCount]: { N: String(note.fragmentCount) },
    [NOTE.lists]: joinNames(note.lists),
    [NOTE.landmarks]: joinNames(note.landmarks),
    [NOTE.landmarkVotes]: { L: note.landmarkVotes.map((policy) => ({ S: policy })) },
    [NOTE.vainLooks]: { N: String(note.vainLooks) },
    ...(note.policies !== undefined && { [NOTE.policies]: { S: note.policies } }),
    ...(note.replacedAtMs !== undefined && {
      [NOTE.replacedAtMs]: { L: note.replacedAtMs.map((ms) => ({ N: String(ms) })) },
    }),
    [NOTE.version]: { N: String(note.version) },
  };
}

function fromNote(item: Item): LookNote {
  const outcome = text(item, NOTE.outcome);
  if (outcome !== 'not_sampled' && outcome !== 'dropped') {
    throw new UnreadableItemError(NOTE.outcome, '"not_sampled" or "dropped"', item[NOTE.outcome]);
  }
  return {
    outcome,
    earliest: text(item, NOTE.earliest),
    fragmentCount: wholeNumber(item, NOTE.fragmentCount),
    lists: splitNames(item, NOTE.lists),
    landmarks: splitNames(item, NOTE.landmarks),
    landmarkVotes: list(item, NOTE.landmarkVotes).map(({ S = '' }) => S),
    vainLooks: wholeNumber(item, NOTE.vainLooks),
    ...(item[NOTE.policies] !== undefined && { policies: text(item, NOTE.policies) }),
    ...(item[NOTE.replacedAtMs] !== undefined && {
      replacedAtMs: list(item, NOTE.replacedAtMs).map(({ N }) => Number(N)),
    }),
    version: wholeNumber(item, NOTE.version),
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
      [CLAIM.fragments]: joinNames(claim.fragments),
      ...(claim.lists === undefined ? {} : { [CLAIM.lists]: joinNames(claim.lists) }),
      [CLAIM.claimedAtMs]: { N: String(claim.claimedAtMs) },
      [CLAIM.firstSeq]: { N: String(claim.firstSeq) },
      [CLAIM.lineCount]: { N: String(claim.lineCount) },
    },
  };
}

function fromClaimMap(value: AttributeValue): Claim {
  const map = value.M;
  if (map === undefined) throw new UnreadableItemError(DECISION.claims, 'a list of maps', value);
  return {
    key: text(map, CLAIM.key),
    fragments: splitNames(map, CLAIM.fragments),
    ...(map[CLAIM.lists] === undefined ? {} : { lists: splitNames(map, CLAIM.lists) }),
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
const isNote = 'attribute_exists(#outcome)';
const isDecision = 'attribute_not_exists(#outcome)';

/**
 * The condition that the stored record is the one that the writer has read.
 *
 * ```
 * version:  none ──1──▶ 1 ──2──▶ 2 ── … ──▶ expired ──1──▶ 1
 * ```
 * Of two writers of the same version one wins. An expired record counts as none, whether DynamoDB has deleted it or not. So the version
 * of a note that has expired may come again, as that of a decision: hence `over`, the kind of the record that was read.
 */
export function decisionIsAt(previousVersion: number, nowMs: number, over?: 'note' | 'decision'): Condition {
  const now = { N: String(Math.floor(nowMs / 1000)) };
  if (previousVersion === 0) {
    return {
      ConditionExpression: `${absent} OR ${expired}`,
      ExpressionAttributeNames: { '#traceId': PARTITION_KEY, '#expiresAt': EXPIRES_AT },
      ExpressionAttributeValues: { ':now': now },
    };
  }
  const isOfKind = over === undefined ? '' : ` AND ${over === 'note' ? isNote : isDecision}`;
  return {
    ConditionExpression: `${hasPreviousVersion} AND ${alive}${isOfKind}`,
    ExpressionAttributeNames: {
      '#version': DECISION.version,
      '#expiresAt': EXPIRES_AT,
      ...(over !== undefined && { '#outcome': NOTE.outcome }),
    },
    ExpressionAttributeValues: { ':previous': { N: String(previousVersion) }, ':now': now },
  };
}
