import type { ArchiveHour } from '../tables/compacted-hours.ts';
import { MS_PER_HOUR } from '../tables/query-window.ts';

/** The hour that a time lies in. @param ms since the epoch */
export function hourAt(ms: number): ArchiveHour {
  return new Date(ms).toISOString().slice(0, 13);
}

/** When an hour begins, in milliseconds since the epoch. */
export function startOf(hour: ArchiveHour): number {
  return Date.parse(`${hour}:00:00Z`);
}

/** The hours from `from` on, and before `to`. */
export function hoursBetween(from: ArchiveHour, to: ArchiveHour): ArchiveHour[] {
  const hours: ArchiveHour[] = [];
  for (let ms = startOf(from); ms < startOf(to); ms += MS_PER_HOUR) hours.push(hourAt(ms));
  return hours;
}

/** The folder of an hour inside `traces/` and `spans/`, with the slash at its end. @param tenant undefined: none are kept apart */
export function partitionFolder(hour: ArchiveHour, tenant: string | undefined): string {
  const scope = tenant === undefined ? '' : `tenant=${tenant}/`;
  return `${scope}dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}/`;
}
