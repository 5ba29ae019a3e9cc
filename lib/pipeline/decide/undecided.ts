import type { Trace } from '../../otlp/trace/trace.ts';
import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import type { BufferedFragment, LookNote } from '../ports.ts';
import type { TraceSize } from '../trace-limits.ts';
import { assembleTrace, type ClaimAttempt, claimFirst } from './claim-attempt.ts';
import { type Examination, hashesOf, within } from './examination.ts';
import type { Standings } from './outcome.ts';

/** A first claim, with what its evaluation took of the limits, or where the fragments stand if the trace is not sampled. */
export type Look =
  | { readonly attempt: ClaimAttempt; readonly budget: BudgetTransaction }
  | { readonly standings: Standings };

/** A whole trace without a decision, as it is in the buffer. */
export interface UndecidedTrace {
  /** In arrival order. */
  readonly fragments: readonly BufferedFragment[];
  /** What an earlier look has seen. */
  readonly note: LookNote | undefined;
  /** Whether a policy has sampled a part of the trace, so that it is read whole. */
  readonly wasAsked: boolean;
}

/**
 * Evaluates the policies on all fragments of a trace. Where they do not sample it, the fragments that the wake-ups name are
 * settled; of a large trace a note is recorded, too. A trace that an operator restores is claimed in any case.
 */
export async function lookAtWhole(examination: Examination, undecided: UndecidedTrace): Promise<Look> {
  const { traceId, deps, outcomes } = examination;
  const { fragments, note } = undecided;
  const present = hashesOf(fragments);
  const standings = examination.settledIf((hash) => present.has(hash));
  const [first] = fragments;
  if (first === undefined || [...standings.values()].every((standing) => standing === 'missing')) return { standings };

  const trace = assembleTrace(traceId, fragments);
  const isFirstLook = examination.receives(first.hash);
  const { answer, budget } = await deps.allowances.evaluate((allowances) => deps.evaluate(trace, allowances), {
    receivedAtMs: first.receivedAtMs,
    isFirst: isFirstLook,
  });
  const decision = examination.isRestored ? deps.restore(answer) : answer;
  outcomes.push(...decision.errors.map((error) => ({ kind: 'policy_failed', ...error }) as const));
  const { outcome } = decision;
  if (outcome === 'sampled') {
    const evaluated = { trace, fragments, decision, isFirstLook, previousVersion: note?.version ?? 0 };
    return { attempt: claimFirst(evaluated, examination.target()), budget };
  }
  if (fragments.length > deps.wholeUpTo) await takeNote(examination, undecided, trace, outcome);
  outcomes.push({ kind: outcome, isFirstLook });
  return { standings };
}

/**
 * Records what a look has seen that did not sample the trace. If another invocation was first, the look counts all the same: as
 * without notes, it found in the buffer what it settles while there was no decision.
 */
async function takeNote(
  { traceId, deps }: Examination,
  { fragments, note, wasAsked }: UndecidedTrace,
  trace: Trace,
  outcome: LookNote['outcome'],
): Promise<void> {
  const { buffer, hashLists, looksAtPart, evaluate, round } = deps;
  const [earliest = ''] = fragments.map(({ hash }) => hash);
  const version = (note?.version ?? 0) + 1;
  const before = note?.lists ?? [];
  const isSeen = await hashLists.search(traceId, before);
  const fresh = fragments.map(({ hash }) => hash).filter((hash) => !isSeen(hash));
  const seen = {
    outcome,
    earliest,
    fragmentCount: fragments.length,
    lists: await hashLists.extend(traceId, before, fresh, `${round.id}.${version}`),
    ...(await looksAtPart.landmarksOf(trace, fragments, evaluate)),
    vainLooks: (note?.vainLooks ?? 0) + (wasAsked ? 1 : 0),
    version,
  };
  await buffer.record(traceId, seen, 'note');
}

/**
 * Settles what the look has seen that took the note, and looks at the other fragments that the wake-ups name without the rest of
 * the trace. `due`, `asked`: they call for a look at all of it. `larger`: they are over the limit.
 */
export async function lookAtFresh(
  examination: Examination,
  note: LookNote,
  limit: TraceSize,
): Promise<{ readonly standings: Standings } | 'due' | 'asked' | 'larger'> {
  const { traceId, hashes, outcomes } = examination;
  const { buffer, hashLists, looksAtPart, evaluate } = examination.deps;
  const isSeen = await hashLists.search(traceId, note.lists);
  const unseen = [...hashes].filter((hash) => !isSeen(hash));
  const fresh = unseen.length === 0 ? [] : await within(limit, buffer.readFragments(traceId, unseen, limit));
  if (fresh === 'larger') return fresh;
  const look = await looksAtPart.look(note, fresh, evaluate);
  if (look !== 'nothing') return look;
  outcomes.push({ kind: note.outcome, isFirstLook: examination.receives(note.earliest) });
  const present = hashesOf(fresh);
  return { standings: examination.settledIf((hash) => isSeen(hash) || present.has(hash)) };
}
