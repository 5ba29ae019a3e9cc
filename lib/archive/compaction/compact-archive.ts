import { listTenants } from '../archive-reader.ts';
import { type ArchiveHour, hourOf, hourOfDay, hoursBetween, MS_PER_DAY, MS_PER_HOUR, startOf } from '../hours.ts';
import type { CompactionCatalog } from '../ports.ts';
import { type ClosingHours, type CompactedHours, NOTHING_COMPACTED } from '../tables/compacted-hours.ts';
import type { CompactFolderDeps, CompactionLimits } from './compact-folder.ts';
import { compactHour, type HourResult } from './compact-hour.ts';

const MS_PER_MINUTE = 60_000;

/** Compaction of an hour begins this long after its end; an object that comes later is a late one. */
export const SETTLE_MS = MS_PER_HOUR;
/** From the decision what to publish until every query that starts sees it. */
const PUBLISH_MS = 2 * MS_PER_MINUTE;
/** The longest query: until its end it may list folders by what the catalogue said at its start. Athena stops it after 30 minutes. */
const QUERY_MS = 31 * MS_PER_MINUTE;
/** From the time in the name of an object until it certainly exists: a claim without its object is void after 90 s. */
const ARRIVAL_MS = 10 * MS_PER_MINUTE;
/** How long late objects of closing hours stay hidden if no further run comes. */
const CLOSING_MS = 4 * MS_PER_HOUR;
/** How late objects can come: wake-ups live for at most 14 days, in the dead-letter queue. */
const LATE_DAYS = 15;
/** The hours that stay JSON have to fit into the view. */
const MAX_LEFT_HOURS = 500;

export interface CompactArchiveDeps extends CompactFolderDeps {
  readonly catalog: CompactionCatalog;
  readonly clock: { now(): number };
  /** Whether tenants are kept apart. */
  readonly tenants: boolean;
  /** Whether there is time for another part. */
  readonly hasTime: () => boolean;
  readonly limits?: CompactionLimits;
  readonly onHour?: (result: HourResult) => void;
  /** The first hour that is ever compacted; only the first run uses it. Default: a day back. */
  readonly from?: ArchiveHour;
}

export interface CompactArchiveResult {
  readonly hours: readonly HourResult[];
  /** What the views read from Parquet now. */
  readonly published: CompactedHours;
  /** `conflict`: another run published first. Nothing is wrong: the next run uses the parts that this one wrote. */
  readonly publication: 'written' | 'conflict';
  /** Whether time ran out. */
  readonly isCut: boolean;
}

/**
 * One run of the compaction. Hours become Parquet in two steps, a run each:
 *
 * 1. **Closing**: the views stop showing objects of these hours that come from now on (`ClosingHours`).
 * 2. When every earlier object has arrived, the run puts the objects of the hours into parts and publishes that the views
 *    read those instead of the lines. Late objects go into further parts.
 *
 * So an hour is read from one place at any moment, and a later query sees what an earlier one has seen.
 */
export async function compactArchive(deps: CompactArchiveDeps): Promise<CompactArchiveResult> {
  const { catalog, clock, hasTime } = deps;
  const { hours: before, version } = await catalog.read();
  const start = before.from === NOTHING_COMPACTED.from ? firstHours(deps) : before;
  const mustWait = isWaiting(start, clock.now());
  // After reading the clock: it must not miss a tenant whose objects had to arrive until then.
  const tenants = deps.tenants ? await listTenants(deps.store) : [undefined];
  const results: HourResult[] = [];
  const compact = async (hour: ArchiveHour) => {
    const result = await compactHour(hour, tenants, deps, hasTime, deps.limits);
    results.push(result);
    deps.onHour?.(result);
    return result;
  };

  const published = mustWait ? start : await advance(start, compact, clock);
  const publication = published === before ? 'written' : await catalog.write(published, version);
  if (publication === 'written') {
    const done = new Set(results.map(({ hour }) => hour));
    for (const hour of lateHours(published, clock.now())) {
      if (done.has(hour)) continue;
      if (!hasTime()) break;
      await compact(hour);
    }
  }
  return { hours: results, published, publication, isCut: !hasTime() };
}

/** Where the very first run begins: a day before the last hour that has settled. */
export function firstHour(nowMs: number): ArchiveHour {
  return hourOf(nowMs - SETTLE_MS - MS_PER_DAY);
}

function firstHours({ from, clock }: CompactArchiveDeps): CompactedHours {
  const first = from ?? firstHour(clock.now());
  return { from: first, to: first, left: [], closing: undefined };
}

/** Whether objects that are not late may still arrive in the closing hours. */
function isWaiting({ closing }: CompactedHours, nowMs: number): boolean {
  return closing !== undefined && nowMs < closing.atMs + ARRIVAL_MS;
}

async function advance(
  hours: CompactedHours,
  compact: (hour: ArchiveHour) => Promise<HourResult>,
  clock: CompactArchiveDeps['clock'],
): Promise<CompactedHours> {
  const { closing } = hours;
  const sealed = closing === undefined ? hours : await seal(hours, closing, compact);
  const nowMs = clock.now();
  // The views may have shown late objects since the closing ended: the hours have to be closed again.
  const kept = closing !== undefined && nowMs > closing.untilMs - PUBLISH_MS ? hours : sealed;
  return { ...kept, closing: nextClosing(kept, nowMs) };
}

/** Puts the closed hours into parts, as far as time allows. */
async function seal(
  hours: CompactedHours,
  closing: ClosingHours,
  compact: (hour: ArchiveHour) => Promise<HourResult>,
): Promise<CompactedHours> {
  let { to } = hours;
  const left = [...hours.left];
  for (const hour of hoursBetween(to, closing.before)) {
    const { isComplete, refused } = await compact(hour);
    if (!isComplete && refused.length === 0) break;
    if (refused.length > 0) {
      // Too many hours failed: the rest stays JSON, which is always correct.
      if (left.length === MAX_LEFT_HOURS) break;
      left.push(hour);
    }
    to = hourOf(startOf(hour) + MS_PER_HOUR);
  }
  return { ...hours, to, left };
}

/** The hours that have settled since. */
function nextClosing({ to }: CompactedHours, nowMs: number): ClosingHours | undefined {
  const before = hourOf(nowMs - SETTLE_MS);
  if (before <= to) return undefined;
  const atMs = nowMs + PUBLISH_MS + QUERY_MS;
  return { before, atMs, untilMs: atMs + CLOSING_MS };
}

/**
 * Compacted hours that may have got late objects: those of a day in every run, and those of two weeks once a day.
 */
function lateHours({ from, to, left }: CompactedHours, nowMs: number): ArchiveHour[] {
  const oldest = hourOf(nowMs - LATE_DAYS * MS_PER_DAY);
  const recent = hourOf(nowMs - MS_PER_DAY - 4 * MS_PER_HOUR);
  const ofThisHour = hourOfDay(hourOf(nowMs));
  return hoursBetween(from < oldest ? oldest : from, to)
    .filter((hour) => !left.includes(hour) && (hour >= recent || hourOfDay(hour) === ofThisHour))
    .reverse();
}
