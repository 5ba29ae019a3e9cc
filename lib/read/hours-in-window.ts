import { type ArchiveHour, hourOf, hoursBetween, MS_PER_DAY, MS_PER_HOUR, startOf } from '../archive/hours.ts';
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

/** More hours than this are looked for by their folders, and not one by one. */
const MAX_LISTED_HOURS = 48;

/** The hours that traces of a window may be filed under, the latest first. */
export async function hoursInWindow(window: ReadWindow, deps: HoursInWindowDeps): Promise<readonly ArchiveHour[]> {
  // Clocks may be ahead, by a day at most: further ahead a trace is filed by its arrival.
  const until = deps.clock.now() + MS_PER_DAY;
  const { first, last } = windowHours(window, until);
  if (startOf(last) - startOf(first) < MAX_LISTED_HOURS * MS_PER_HOUR) {
    return hoursBetween(first, hourOf(startOf(last) + MS_PER_HOUR)).reverse();
  }
  const hours = new Set<ArchiveHour>();
  // Lines may be deleted before the parts that were made from them.
  for (const prefix of [TRACES_PREFIX, PARTS_PREFIX]) {
    const tenant = prefix + tenantFolder(deps);
    const { folders: days } = await deps.objects.listFolder(tenant);
    for (const day of days.filter((name) => name.startsWith(DAY_FOLDER))) {
      const date = day.slice(DAY_FOLDER.length);
      if (date < first.slice(0, 10) || date > last.slice(0, 10)) continue;
      const { folders } = await deps.objects.listFolder(`${tenant}${day}/`);
      const partitions = folders.map((hour) => `${day}/${hour}`).filter(isPartition);
      for (const hour of partitions.map(filedHour)) if (hour >= first && hour <= last) hours.add(hour);
    }
  }
  return [...hours].sort().reverse();
}
