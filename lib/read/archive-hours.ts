import { type ArchiveHour, hourOf, hoursBetween, MS_PER_DAY, MS_PER_HOUR, startOf } from '../archive/hours.ts';
import {
  DAY_FOLDER,
  filedHour,
  hourFolder,
  isHidden,
  isPartition,
  type TenantScope,
  TRACES_PREFIX,
  tenantFolder,
} from '../archive/layout.ts';
import { UnreadableError } from '../archive/read-line.ts';
import { windowHours } from '../archive/window.ts';
import { type HourView, hourView } from './hour-view.ts';
import type { ObjectTexts } from './object-texts.ts';
import type { Deadline, ReadPorts } from './ports.ts';
import type { ReadWindow } from './results.ts';
import type { ObjectSummary } from './summary/object-summary.ts';
import { summarizeLines } from './summary/summarize-lines.ts';

export interface ArchiveHoursDeps extends Pick<ReadPorts, 'objects' | 'clock'>, TenantScope {
  readonly texts: ObjectTexts;
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
const SETTLED_AFTER_MS = 2 * MS_PER_HOUR;

/** More hours than this are looked for by their folders, and not one by one. */
const MAX_LISTED_HOURS = 48;

interface HeldHour {
  readonly summaries: Map<string, ObjectSummary>;
  /** Objects that are not what the archive writes: they are not read again. */
  readonly unreadable: Set<string>;
  view: HourView;
  /** Of the view; undefined: it does not have everything that was listed then. */
  listedAtMs: number | undefined;
  bytes: number;
  loading: Promise<void> | undefined;
}

/**
 * The hours of the archive of one tenant, as summaries. What has been read once stays in memory as long as there is room; the
 * hour that nobody has asked for longest goes first.
 */
export class ArchiveHours {
  readonly #deps: ArchiveHoursDeps;
  readonly #limits: ArchiveHoursLimits;
  /** Least recently used first. */
  readonly #hours = new Map<ArchiveHour, HeldHour>();
  #bytes = 0;

  constructor(deps: ArchiveHoursDeps, limits: ArchiveHoursLimits = DEFAULT_LIMITS) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** What the summaries take of the memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The hours that traces of a window may be filed under, the latest first. */
  async inWindow(window: ReadWindow): Promise<readonly ArchiveHour[]> {
    // Clocks may be ahead, by a day at most: further ahead a trace is filed by its arrival.
    const until = this.#deps.clock.now() + MS_PER_DAY;
    const { first, last } = windowHours(window, until);
    if (startOf(last) - startOf(first) < MAX_LISTED_HOURS * MS_PER_HOUR) {
      return hoursBetween(first, hourOf(startOf(last) + MS_PER_HOUR)).reverse();
    }
    const hours: ArchiveHour[] = [];
    const traces = TRACES_PREFIX + tenantFolder(this.#deps);
    const { folders: days } = await this.#deps.objects.listFolder(traces);
    for (const day of days.filter((name) => name.startsWith(DAY_FOLDER))) {
      const inDay = day.slice(DAY_FOLDER.length);
      if (inDay < first.slice(0, 10) || inDay > last.slice(0, 10)) continue;
      const { folders } = await this.#deps.objects.listFolder(`${traces}${day}/`);
      const partitions = folders.map((hour) => `${day}/${hour}`).filter(isPartition);
      hours.push(...partitions.map(filedHour).filter((hour) => hour >= first && hour <= last));
    }
    return hours.sort().reverse();
  }

  /** The hours that are in memory, the latest first. */
  held(): readonly HourView[] {
    return [...this.#hours.values()].map(({ view }) => view).sort((a, b) => (a.hour < b.hour ? 1 : -1));
  }

  /** An hour with everything that is in the archive now, as far as time and memory allow. */
  async view(hour: ArchiveHour, deadline: Deadline): Promise<HourView> {
    const held = this.#hours.get(hour) ?? emptyHour(hour);
    this.#hours.delete(hour);
    this.#hours.set(hour, held);
    if (!this.#isFresh(hour, held)) {
      // Calls at the same time read it once. One that has more time than the first goes on.
      while (held.loading !== undefined) await held.loading;
      if (!this.#isFresh(hour, held)) {
        held.loading = this.#load(hour, held, deadline).finally(() => {
          held.loading = undefined;
        });
        await held.loading;
      }
    }
    return held.view;
  }

  #isFresh(hour: ArchiveHour, { listedAtMs }: HeldHour): boolean {
    if (listedAtMs === undefined) return false;
    const nowMs = this.#deps.clock.now();
    const isSettled = nowMs > startOf(hour) + MS_PER_HOUR + SETTLED_AFTER_MS;
    const age = nowMs - listedAtMs;
    return age >= 0 && age < (isSettled ? SETTLED_LISTING_MS : OPEN_LISTING_MS);
  }

  async #load(hour: ArchiveHour, held: HeldHour, deadline: Deadline): Promise<void> {
    const { objects, clock } = this.#deps;
    const listedAtMs = clock.now();
    const listed = await objects.listFolder(TRACES_PREFIX + hourFolder(hour, this.#deps));
    const keys = listed.objects.map(({ key }) => key).filter((key) => !isHidden(key));
    const summaries = held.summaries;
    // The latest first: when there is no time for all, these are the ones that are looked for.
    const open = keys.filter((key) => !summaries.has(key) && !held.unreadable.has(key)).reverse();
    let isComplete = true;
    const worker = async () => {
      for (let key = open.shift(); key !== undefined; key = open.shift()) {
        if (deadline.isOver() || !this.#makeRoom(hour)) {
          isComplete = false;
          return;
        }
        await this.#read(key, held);
      }
    };
    await Promise.all(Array.from({ length: this.#limits.concurrency }, worker));
    const inOrder = keys.map((key) => summaries.get(key)).filter((summary) => summary !== undefined);
    const isWhole = isComplete && held.unreadable.size === 0;
    if (inOrder.length !== held.view.summaries.length || isWhole !== held.view.isComplete) {
      held.view = hourView(hour, inOrder, isWhole);
    }
    held.listedAtMs = isComplete ? listedAtMs : undefined;
  }

  async #read(key: string, held: HeldHour): Promise<void> {
    try {
      const text = await this.#deps.texts.unpack(key);
      if (text === undefined) return;
      const summary = summarizeLines(key, text);
      held.summaries.set(key, summary);
      held.bytes += summary.byteLength;
      this.#bytes += summary.byteLength;
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      held.unreadable.add(key);
    }
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

function emptyHour(hour: ArchiveHour): HeldHour {
  return {
    summaries: new Map(),
    unreadable: new Set(),
    view: hourView(hour, [], true),
    listedAtMs: undefined,
    bytes: 0,
    loading: undefined,
  };
}
