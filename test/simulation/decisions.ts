import type { DecisionRecord, LookNote } from '../../lib/pipeline/ports.ts';

/** Whether a record takes back the decision before it, or changes it: each trace has one. */
export function isSecondDecision(record: DecisionRecord | LookNote, before: DecisionRecord | LookNote): boolean {
  if ('outcome' in before) return false;
  return 'outcome' in record || record.policy !== before.policy || record.partition !== before.partition;
}
