import { type ArchiveHour, MS_PER_HOUR, startOf } from '../archive/hours.ts';
import {
  hourFolder,
  isHidden,
  isNamedBetween,
  PARTS_PREFIX,
  partNumber,
  type TenantScope,
  TRACES_PREFIX,
} from '../archive/layout.ts';
import type { StoredObject } from '../archive/ports.ts';
import { UnreadableError } from '../archive/read-line.ts';
import { emptyHour, forgetDeleted, type HeldHour, look } from './held-hour.ts';
import type { HourView } from './hour-view.ts';
import { HoursInWindow } from './hours-in-window.ts';
import { KnownResources } from './known-resources.ts';
import type { ObjectTexts } from './object-texts.ts';
import type { PartReader } from './parts/part-reader.ts';
import { summarizePart } from './parts/summarize-part.ts';
import type { Deadline, ReadPorts } from './ports.ts';
import type { ReadWindow } from './results.ts';
import type { ObjectSummary } from './summary/object-summary.ts';
import { summarizeLines } from './summary/summarize-lines.ts';

export interface ArchiveHoursDeps extends Pick<ReadPorts, 'objects' | 'clock' | 'onDamage'>, TenantScope {
  readonly texts: ObjectTexts;
  readonly parts: PartReader;
}

export interface ArchiveHoursLimits {
  /** What summaries may take of the memory. */
  readonly maxBytes: number;
  /** Objects that are fetched at a time. */
  readonly concurrency: number;
}

export const DEFAULT_LIMITS: ArchiveHoursLimits = { maxBytes: 256 * 1024 * 1024, concurrency: 16 };

/** How long a listing holds: of an hour that traces still come to, and of one that only late spans do. */
const OPEN_LISTING_MS = 1000;
const SETTLED_LISTING_MS = 60_000;
const SETTLED_AFTER_MS = MS_PER_HOUR;

/** An object is named when an invocation begins, which writes it before it ends. */
const ROUND_MS = 120_000;

/**
 * The hours of the archive of one tenant, as summaries. What has been read once stays in memory as long as there is room; the
 * hour that nobody has asked for longest goes first.
 *
 * An object is read from its lines, or from the part that covers it, never from both. A part is read in less than half of the time, but says
 * nothing of attributes: who asks for these gets the lines, as long as all that the part covers are there.
 */
export class ArchiveHours {
  readonly #deps: ArchiveHoursDeps;
  readonly #limits: ArchiveHoursLimits;
  readonly #inWindow: HoursInWindow;
  readonly #resources = new KnownResources();
  /** Least recently used first. */
  readonly #hours = new Map<ArchiveHour, HeldHour>();
  #bytes = 0;

  constructor(deps: ArchiveHoursDeps, limits: ArchiveHoursLimits = DEFAULT_LIMITS) {
    this.#deps = deps;
    this.#limits = limits;
    this.#inWindow = new HoursInWindow(deps);
  }

  /** What the summaries take of the memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The hours that traces of a window may be filed under, the latest first. */
  inWindow(window: ReadWindow): Promise<readonly ArchiveHour[]> {
    return this.#inWindow.find(window);
  }

  /** The hours that are in memory, the latest first. */
  held(): readonly HourView[] {
    return [...this.#hours.values()].map(({ view }) => view).sort((a, b) => (a.hour < b.hour ? 1 : -1));
  }

  /**
   * An hour with everything that is in the archive now, as far as time and memory allow.
   * @param needsAttributes whether to prefer lines to parts
   */
  async view(hour: ArchiveHour, deadline: Deadline, needsAttributes = false): Promise<HourView> {
    const held = this.#hours.get(hour) ?? emptyHour(hour);
    this.#hours.delete(hour);
    this.#hours.set(hour, held);
    const isFresh = () => this.#isFresh(hour, held) && !(needsAttributes && held.hasLinesOfParts);
    // Calls at the same time read it once. One that has more time than the first goes on.
    while (!isFresh() && held.loading !== undefined) await held.loading;
    if (!isFresh()) {
      held.loading = this.#load(hour, held, deadline, needsAttributes).finally(() => {
        held.loading = undefined;
      });
      await held.loading;
    }
    return held.view;
  }

  /** The objects of lines that were written around a decision, of an hour that was looked at. @param decidedAtMs as its lines say */
  objectsAround(hour: ArchiveHour, decidedAtMs: number): readonly string[] {
    const keys = this.#hours.get(hour)?.keys ?? [];
    return keys.filter((key) => isNamedBetween(key, decidedAtMs - ROUND_MS, decidedAtMs + ROUND_MS));
  }

  #isFresh(hour: ArchiveHour, { listedAtMs }: HeldHour): boolean {
    if (listedAtMs === undefined) return false;
    const nowMs = this.#deps.clock.now();
    const age = nowMs - listedAtMs;
    return age >= 0 && age < (isSettled(hour, nowMs) ? SETTLED_LISTING_MS : OPEN_LISTING_MS);
  }

  async #load(hour: ArchiveHour, held: HeldHour, deadline: Deadline, needsAttributes: boolean): Promise<void> {
    const listedAtMs = this.#deps.clock.now();
    const folder = hourFolder(hour, this.#deps);
    const { objects } = this.#deps;
    const { summaries, unreadable } = held;
    const [lines, ofParts] = await Promise.all([
      objects.listFolder(TRACES_PREFIX + folder),
      // Compaction leaves an hour alone until it is settled.
      isSettled(hour, listedAtMs) ? objects.listFolder(PARTS_PREFIX + folder) : undefined,
    ]);
    held.keys = lines.objects.map(({ key }) => key).filter((key) => !isHidden(key));
    this.#bytes -= forgetDeleted(held, [...held.keys, ...(ofParts?.objects ?? []).map(({ key }) => key)]);
    const parts = await this.#partsInstead(folder, ofParts?.objects ?? [], held, needsAttributes);
    const covered = new Set([...parts.values()].flatMap(({ covers }) => covers));
    const wanted = [...held.keys.filter((key) => !covered.has(key)), ...parts.keys()];
    // The latest first: when there is no time for all, these are the ones that are looked for.
    const open = wanted.filter((key) => !summaries.has(key) && !unreadable.has(key)).reverse();
    let isComplete = true;
    const worker = async () => {
      for (let key = open.shift(); key !== undefined; key = open.shift()) {
        if (deadline.isOver() || !this.#makeRoom(hour)) {
          isComplete = false;
          return;
        }
        await this.#read(key, parts.get(key)?.part, held);
      }
    };
    await Promise.all(Array.from({ length: this.#limits.concurrency }, worker));
    const inView = wanted.map((key) => summaries.get(key)).filter((summary) => summary !== undefined);
    // A part may have all of an object that cannot be read.
    const damagedObjects = [...unreadable].filter((key) => !covered.has(key)).length;
    look(held, hour, inView, { isRead: isComplete, damagedObjects });
    held.hasLinesOfParts = [...parts.values()].some(({ hasLines }) => hasLines);
    held.listedAtMs = isComplete ? listedAtMs : undefined;
  }

  /** The parts that are read in place of the objects that they cover. */
  async #partsInstead(
    folder: string,
    objects: readonly StoredObject[],
    { keys, summaries, unreadable }: HeldHour,
    needsAttributes: boolean,
  ): Promise<ReadonlyMap<string, PartInstead>> {
    const listed = new Set(keys);
    const parts = new Map<string, PartInstead>();
    for (const part of objects.filter(({ key }) => partNumber(key) !== undefined && !unreadable.has(key))) {
      let names: readonly string[];
      try {
        names = await this.#deps.parts.covers(part);
      } catch (error) {
        this.#leaveOut(part.key, error, unreadable);
        continue;
      }
      const covers = names.map((name) => TRACES_PREFIX + folder + name);
      const hasLines = covers.every((key) => listed.has(key));
      const isRead = covers.every((key) => summaries.has(key));
      if (!(hasLines && (needsAttributes || isRead))) parts.set(part.key, { part, covers, hasLines });
    }
    return parts;
  }

  async #read(key: string, part: StoredObject | undefined, held: HeldHour): Promise<void> {
    try {
      const summary = await this.#summarize(key, part);
      if (summary === undefined) return;
      const { damage } = summary;
      if (damage !== undefined) this.#deps.onDamage?.({ key, lines: damage.lines, reason: damage.firstFault });
      held.summaries.set(key, summary);
      held.bytes += summary.byteLength;
      this.#bytes += summary.byteLength;
    } catch (error) {
      this.#leaveOut(key, error, held.unreadable);
    }
  }

  #leaveOut(key: string, error: unknown, unreadable: Set<string>): void {
    if (!(error instanceof UnreadableError)) throw error;
    unreadable.add(key);
    this.#deps.onDamage?.({ key, reason: error.message });
  }

  async #summarize(key: string, part: StoredObject | undefined): Promise<ObjectSummary | undefined> {
    if (part !== undefined) return summarizePart(part, this.#deps.parts);
    const text = await this.#deps.texts.unpack(key);
    return text && summarizeLines(key, text, this.#resources);
  }

  /** Lets hours go until there is room for more. False: all of it is taken by this hour. */
  #makeRoom(hour: ArchiveHour): boolean {
    for (const [oldest, { bytes, loading }] of this.#hours) {
      if (this.#bytes < this.#limits.maxBytes) return true;
      if (oldest === hour || loading !== undefined) continue;
      this.#hours.delete(oldest);
      this.#bytes -= bytes;
    }
    return this.#bytes < this.#limits.maxBytes;
  }
}

/** Read in place of the objects that it covers. */
interface PartInstead {
  readonly part: StoredObject;
  /** Keys of objects. */
  readonly covers: readonly string[];
  /** Whether all of these are there. */
  readonly hasLines: boolean;
}

function isSettled(hour: ArchiveHour, nowMs: number): boolean {
  return nowMs > startOf(hour) + MS_PER_HOUR + SETTLED_AFTER_MS;
}
