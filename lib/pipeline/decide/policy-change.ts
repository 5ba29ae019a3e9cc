import type { LookNote } from '../ports.ts';

/** As long as this, in milliseconds, a look at the whole counts against `LargeTraceOptions.policyLooks`. */
const POLICY_LOOKS_WITHIN_MS = 600_000;

/**
 * What is to be done where a note may have been made with other policies than those in force:
 * ```
 *   the note names ── the policies in force ───────────────────▶ current: parts are looked at
 *        └─ others, or none ── few looks because of it lately ─▶ replaced: a look at the whole, which takes a note that names
 *                  │                                              the policies in force, and then reads what came meanwhile
 *                  └─ too many ────────────────────────────────▶ disputed: parts are looked at, and the note says that policies
 *                                                                 are mixed: so the next look at the whole is not forgotten
 * ```
 * After a change each trace has one more look at the whole. While instances with old policies and with new ones run at the same time
 * (a deployment, a configuration that each reads in its own minute), each finds the notes of the other: then there are
 * `policyLooks` of them in ten minutes, however many wake-ups come, and the last ones to stay look at the whole in the end.
 */
export type NoteStanding = 'current' | 'replaced' | 'disputed';

/** @param policies fingerprint of those in force @param policyLooks as in `LargeTraceOptions` */
export function standingOfNote(note: LookNote, policies: string, nowMs: number, policyLooks: number): NoteStanding {
  if (note.policies === policies) return 'current';
  return lately(note, nowMs).length < policyLooks ? 'replaced' : 'disputed';
}

/** What the next note says of looks at the whole that replace the note of other policies. */
export function replacementsAfter(
  note: LookNote | undefined,
  policies: string,
  nowMs: number,
): Pick<LookNote, 'replacedAtMs'> {
  if (note === undefined) return {};
  const times = note.policies === policies ? lately(note, nowMs) : [...lately(note, nowMs), nowMs];
  return times.length === 0 ? {} : { replacedAtMs: times };
}

function lately({ replacedAtMs = [] }: LookNote, nowMs: number): readonly number[] {
  return replacedAtMs.filter((ms) => ms > nowMs - POLICY_LOOKS_WITHIN_MS);
}
