import type { ArchiveHour } from '../archive/hours.ts';
import { type HourGaps, type HourView, hourView } from './hour-view.ts';
import type { ObjectSummary } from './summary/object-summary.ts';

/** What an instance remembers of an hour of the archive. */
export interface HeldHour {
  readonly summaries: Map<string, ObjectSummary>;
  /** Objects that are not what the archive writes: they are not read again. */
  readonly unreadable: Set<string>;
  view: HourView;
  gaps: HourGaps;
  /** When everything in the view was listed; undefined: it does not have all of it. */
  listedAtMs: number | undefined;
  /** Whether a part is in the view of which the lines are there, too. */
  hasLinesOfParts: boolean;
  /** All objects of lines. */
  keys: readonly string[];
  bytes: number;
  loading: Promise<void> | undefined;
}

export function emptyHour(hour: ArchiveHour): HeldHour {
  const gaps = { isRead: true, damagedObjects: 0 };
  return {
    summaries: new Map(),
    unreadable: new Set(),
    view: hourView(hour, [], gaps),
    gaps,
    listedAtMs: undefined,
    hasLinesOfParts: false,
    keys: [],
    bytes: 0,
    loading: undefined,
  };
}

/** What is no longer in the bucket is neither read nor missed. @returns the bytes that this gives back */
export function forgetDeleted(held: HeldHour, listed: readonly string[]): number {
  const left = new Set(listed);
  let bytes = 0;
  for (const key of held.unreadable) if (!left.has(key)) held.unreadable.delete(key);
  for (const [key, { byteLength }] of held.summaries) {
    if (left.has(key)) continue;
    held.summaries.delete(key);
    bytes += byteLength;
  }
  held.bytes -= bytes;
  return bytes;
}

/** Makes the view of these summaries, unless it is that already. */
export function look(held: HeldHour, hour: ArchiveHour, summaries: readonly ObjectSummary[], gaps: HourGaps): void {
  const { summaries: before } = held.view;
  const isSame = before.length === summaries.length && before.every((summary, at) => summary === summaries[at]);
  const { isRead, damagedObjects } = held.gaps;
  if (isSame && isRead === gaps.isRead && damagedObjects === gaps.damagedObjects) return;
  held.view = hourView(hour, summaries, gaps);
  held.gaps = gaps;
}
