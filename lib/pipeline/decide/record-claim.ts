import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import { type BufferedTrace, TraceTooLargeError } from '../ports.ts';
import { type ClaimAttempt, isRecorded, takeInMissed } from './claim-attempt.ts';
import type { Examination } from './examination.ts';

/**
 * Records a claim and gives its lines to the round. Where the claim may be on record without its lines being in the round,
 * the round gives up the object. Resolves to what is on record; `undefined`: another invocation was first.
 *
 * When the first claim of a trace is on record, the trace is read once more before its object is created, because
 * a policy can turn from yes to no (limits, `drop`, `not`, upper bounds, policies that were replaced):
 * ```
 *   this invocation                     another invocation
 *   reads f1: sampled
 *                                       is woken for f2; reads f1 and f2, no record: not sampled, acknowledges f2
 *   records the claim on f1
 *   reads again: f2 is in no claim
 *   records the claim on f1 and f2
 *   creates the object
 * ```
 * Without the second read neither a claim nor a message names f2 any more. One is enough: an invocation that acknowledges a
 * fragment of a trace without a decision has found it in the buffer before the decision was there.
 *
 * @param before the trace as the attempt knows it
 * @param budget of the first claim of a trace: what its evaluation took, put back if another invocation has decided
 */
export async function recordClaim(
  examination: Examination,
  attempt: ClaimAttempt,
  before: BufferedTrace,
  budget?: BudgetTransaction,
): Promise<ClaimAttempt | undefined> {
  const { traceId, deps, outcomes } = examination;
  const { buffer, round, hashLists } = deps;
  const { partition, version } = attempt.record;
  const isFirstClaim = before.decision === undefined;
  let isRefused = false;
  const record = await hashLists.moveOut(traceId, attempt.record, `${round.id}.${version}`).catch((error: unknown) => {
    budget?.rollback();
    throw error;
  });
  try {
    const over = isFirstClaim ? 'note' : 'decision';
    const answer = await buffer.record(traceId, record, over).catch((error: unknown) => {
      if (!(error instanceof TraceTooLargeError)) throw error;
      isRefused = true;
      budget?.rollback();
      throw new TraceTooLargeError(error.message, before.decision);
    });
    if (answer === 'recorded') outcomes.push(attempt.outcome);
    if (answer === 'conflict' || isFirstClaim) {
      const after = await readAgain(examination, isFirstClaim, before);
      if (!isRecorded(record.claims[attempt.position], after.decision)) {
        // Never recorded, or fenced and taken over since.
        if (answer === 'conflict') budget?.rollback();
        return undefined;
      }
      if (answer === 'conflict') outcomes.push(attempt.outcome);
      const larger = isFirstClaim ? await withMissed(examination, attempt, after) : undefined;
      if (larger !== undefined) return await recordClaim(examination, larger, after);
    }
    round.add(partition, attempt.lines);
    return attempt;
  } catch (error) {
    // Unless the record was refused, the claim may be on record, and its lines are not in the round.
    if (!isRefused) round.abandon(partition);
    throw error;
  }
}

/** After a first claim reads all that there is; after another one, only whether it is on record. */
function readAgain(
  { traceId, deps }: Examination,
  isFirstClaim: boolean,
  { fragments }: BufferedTrace,
): Promise<BufferedTrace> {
  return deps.buffer.read(traceId, { known: fragments, ...(!isFirstClaim && { wholeUpTo: 0 }) });
}

async function withMissed(
  examination: Examination,
  first: ClaimAttempt,
  { decision, fragments }: BufferedTrace,
): Promise<ClaimAttempt | undefined> {
  if (decision === undefined) return undefined;
  const positionOf = await examination.deps.hashLists.positions(examination.traceId, decision);
  return takeInMissed(first, { record: decision, positionOf, fragments }, examination.target());
}
