import type { Trace } from '../../otlp/trace/trace.ts';
import type { BudgetTransaction } from '../allowances/budget-transaction.ts';
import { type BufferedFragment, type LookNote, MIXED_POLICIES } from '../ports.ts';
import type { TraceSize } from '../trace-limits.ts';
import { assembleTrace, type ClaimAttempt, claimFirst } from './claim-attempt.ts';
import { type Examination, hashesOf, within } from './examination.ts';
import type { Standings } from './outcome.ts';
import { replacementsAfter, standingOfNote } from './policy-change.ts';

/**
 * A first claim, with what its evaluation took of the limits, or where the fragments stand if the trace is not sampled.
 * `overtaken`: another invocation was first to record. `replaced`: the note of other policies is replaced, and the trace must be read
 * once more.
 */
export type Look =
  | { readonly attempt: ClaimAttempt; readonly budget: BudgetTransaction }
  | { readonly standings: Standings }
  | 'overtaken'
  | 'replaced';

/** A whole trace without a decision, as it is in the buffer. */
export interface UndecidedTrace {
  /** In arrival order. */
  readonly fragments: readonly BufferedFragment[];
  /** What an earlier look has seen. */
  readonly note: LookNote | undefined;
  /** Whether a policy has sampled a part of the trace, so that it is read whole. */
  readonly wasAsked: boolean;
  /** Fragments that this examination has looked at as a whole: they need no further look if there is nothing else. */
  readonly lookedAt: ReadonlySet<string>;
}

/**
 * Evaluates the policies on all fragments of a trace. Where they do not sample it, the fragments that the wake-ups name are
 * settled; of a large trace a note is recorded, too. A trace that an operator restores is claimed in any case.
 *
 * When it has replaced the note of other policies, the trace is read once more, because they may have looked at a part meanwhile:
 * ```
 *   this invocation, new policies          another invocation, old policies
 *   reads the note of the old ones, and f1: not sampled
 *                                          reads that note; looks at f2, which is new: not sampled, acknowledges f2
 *   records its note on f1
 *   reads again: it has not seen f2
 * ```
 * One more read is enough: who reads the new note after that finds that it was made with other policies.
 */
export async function lookAtWhole(examination: Examination, undecided: UndecidedTrace): Promise<Look> {
  const { traceId, deps, outcomes } = examination;
  const { fragments, note, lookedAt } = undecided;
  const present = hashesOf(fragments);
  const standings = examination.settledIf((hash) => present.has(hash));
  const [first] = fragments;
  if (first === undefined || [...standings.values()].every((standing) => standing === 'missing')) return { standings };

  const isFirstLook = examination.receives(first.hash);
  if (note !== undefined && !examination.isRestored && fragments.every(({ hash }) => lookedAt.has(hash))) {
    outcomes.push({ kind: note.outcome, isFirstLook });
    return { standings };
  }
  const trace = assembleTrace(traceId, fragments);
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
  if (fragments.length > deps.wholeUpTo) {
    const taken = await takeNote(examination, undecided, trace, outcome);
    if (taken !== 'recorded') return taken;
  }
  outcomes.push({ kind: outcome, isFirstLook });
  return { standings };
}

/** Records what a look has seen that did not sample the trace. */
async function takeNote(
  { traceId, deps }: Examination,
  { fragments, note, wasAsked }: UndecidedTrace,
  trace: Trace,
  outcome: LookNote['outcome'],
): Promise<'recorded' | 'overtaken' | 'replaced'> {
  const { buffer, hashLists, looksAtPart, evaluate, round, policies, clock } = deps;
  const [earliest = ''] = fragments.map(({ hash }) => hash);
  const version = (note?.version ?? 0) + 1;
  const before = note?.lists ?? [];
  const isSeen = await hashLists.search(traceId, before);
  const fresh = fragments.map(({ hash }) => hash).filter((hash) => !isSeen(hash));
  const answer = await buffer.record(
    traceId,
    {
      outcome,
      earliest,
      fragmentCount: fragments.length,
      lists: await hashLists.extend(traceId, before, fresh, `${round.id}.${version}`),
      ...(await looksAtPart.landmarksOf(trace, fragments, evaluate)),
      vainLooks: (note?.vainLooks ?? 0) + (wasAsked ? 1 : 0),
      policies,
      ...replacementsAfter(note, policies, clock.now()),
      version,
    },
    'note',
  );
  if (answer === 'conflict') return 'overtaken';
  return note === undefined || note.policies === policies ? 'recorded' : 'replaced';
}

/**
 * Settles what the look has seen that took the note, and looks at the other fragments that the wake-ups name without the rest of
 * the trace. `due`, `asked`: they call for a look at all of it; `replaced`: the policies do. `larger`: they are over the limit.
 * `overtaken`: another invocation has recorded something since.
 */
export async function lookAtFresh(
  examination: Examination,
  note: LookNote,
  limit: TraceSize,
): Promise<{ readonly standings: Standings } | 'due' | 'asked' | 'replaced' | 'larger' | 'overtaken'> {
  const { traceId, hashes, outcomes } = examination;
  const { buffer, hashLists, looksAtPart, evaluate, policies, policyLooks, clock } = examination.deps;
  const standing = standingOfNote(note, policies, clock.now(), policyLooks);
  if (standing === 'replaced') return standing;
  const isSeen = await hashLists.search(traceId, note.lists);
  const unseen = [...hashes].filter((hash) => !isSeen(hash));
  const fresh = unseen.length === 0 ? [] : await within(limit, buffer.readFragments(traceId, unseen, limit));
  if (fresh === 'larger') return fresh;
  const look = await looksAtPart.look(note, fresh, evaluate);
  if (look !== 'nothing') return look;
  if (standing === 'disputed' && fresh.length > 0 && note.policies !== MIXED_POLICIES) {
    const mixed = { ...note, policies: MIXED_POLICIES, version: note.version + 1 };
    if ((await buffer.record(traceId, mixed, 'note')) === 'conflict') return 'overtaken';
  }
  outcomes.push({ kind: note.outcome, isFirstLook: examination.receives(note.earliest) });
  const present = hashesOf(fresh);
  return { standings: examination.settledIf((hash) => isSeen(hash) || present.has(hash)) };
}
