import { type ArchiveHour, dayOf, hourOf, hoursBetween, MS_PER_DAY, MS_PER_HOUR, startOf } from '../archive/hours.ts';
import {
  DAY_FOLDER,
  filedHour,
  isPartition,
  PARTS_PREFIX,
  type TenantScope,
  TRACES_PREFIX,
  tenantFolder,
} from '../archive/layout.ts';
import { windowHours } from '../archive/window.ts';
import type { ReadPorts } from './ports.ts';
import type { ReadWindow } from './results.ts';

export interface HoursInWindowDeps extends Pick<ReadPorts, 'objects' | 'clock'>, TenantScope {}

/** So few hours are looked at one by one, whether they exist or not. */
const FEW_HOURS = 6;
/** So many days are looked at one by one; of more, those that exist. */
const MANY_DAYS = 31;
/** How long a listing of folders holds. */
const LISTING_MS = 1000;
/** Listings that are kept: more than this, and all are forgotten. */
const MAX_LISTINGS = 1000;

/** Finds the hours of a window. Most of those that it might have do not exist: traces of clocks that are ahead are rare. */
export class HoursInWindow {
  readonly #deps: HoursInWindowDeps;
  readonly #listings = new Map<string, { readonly atMs: number; readonly folders: Promise<readonly string[]> }>();

  constructor(deps: HoursInWindowDeps) {
    this.#deps = deps;
  }

  /** The hours that traces of the window may be filed under, the latest first. */
  async find(window: ReadWindow): Promise<readonly ArchiveHour[]> {
    // Clocks may be ahead, by a day at most: further ahead a trace is filed by its arrival.
    const { first, last } = windowHours(window, this.#deps.clock.now() + MS_PER_DAY);
    const end = hourOf(startOf(last) + MS_PER_HOUR);
    if (startOf(last) - startOf(first) < FEW_HOURS * MS_PER_HOUR) return hoursBetween(first, end).reverse();
    const hours = new Set<ArchiveHour>();
    // Lines may be deleted before the parts that were made from them.
    const found = await Promise.all([TRACES_PREFIX, PARTS_PREFIX].map((prefix) => this.#hoursIn(prefix, first, last)));
    for (const hour of found.flat()) if (hour >= first && hour <= last) hours.add(hour);
    return [...hours].sort().reverse();
  }

  async #hoursIn(prefix: string, first: ArchiveHour, last: ArchiveHour): Promise<readonly ArchiveHour[]> {
    const folder = prefix + tenantFolder(this.#deps);
    const [from, to] = [dayOf(first), dayOf(last)];
    const isShort = startOf(last) - startOf(first) < MANY_DAYS * MS_PER_DAY;
    const days = isShort ? daysBetween(first, last) : await this.#folders(folder);
    const inWindow = days.filter((day) => day >= DAY_FOLDER + from && day <= DAY_FOLDER + to);
    const hours = inWindow.map(async (day) => {
      const names = await this.#folders(`${folder}${day}/`);
      return names
        .map((name) => `${day}/${name}`)
        .filter(isPartition)
        .map(filedHour);
    });
    return (await Promise.all(hours)).flat();
  }

  #folders(folder: string): Promise<readonly string[]> {
    const nowMs = this.#deps.clock.now();
    const known = this.#listings.get(folder);
    if (known !== undefined && Math.abs(nowMs - known.atMs) < LISTING_MS) return known.folders;
    if (this.#listings.size >= MAX_LISTINGS) this.#listings.clear();
    const folders = this.#deps.objects.listFolder(folder).then((listed) => listed.folders);
    // One that failed is asked again.
    folders.catch(() => this.#listings.delete(folder));
    this.#listings.set(folder, { atMs: nowMs, folders });
    return folders;
  }
}

/** The folders of the days from that of one hour to that of another. */
function daysBetween(first: ArchiveHour, last: ArchiveHour): string[] {
  const days: string[] = [];
  for (let ms = startOf(`${dayOf(first)}T00`); ms <= startOf(last); ms += MS_PER_DAY)
    days.push(DAY_FOLDER + dayOf(hourOf(ms)));
  return days;
}
