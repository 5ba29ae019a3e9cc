import type { ArchiveHour } from '../archive/hours.ts';
import type { ArchiveHours } from './archive-hours.ts';
import type { HourView } from './hour-view.ts';
import type { Deadline } from './ports.ts';

/** Hours that are read at a time when all are needed: a bucket takes its time for each listing. */
const AHEAD = 4;

export interface HoursAheadOptions {
  /** As of `ArchiveHours.view`. */
  readonly needsAttributes: boolean;
  /** Whether the reader may stop before the end: then nothing is read ahead. */
  readonly mayStop: boolean;
}

/** The views of some hours in their order; undefined: there was no time to look at the hour. */
export async function* viewsOf(
  wanted: readonly ArchiveHour[],
  hours: ArchiveHours,
  deadline: Deadline,
  { needsAttributes, mayStop }: HoursAheadOptions,
): AsyncGenerator<{ readonly hour: ArchiveHour; readonly view: HourView | undefined }> {
  const started: Promise<HourView | undefined>[] = [];
  const ahead = mayStop ? 1 : AHEAD;
  for (const [at, hour] of wanted.entries()) {
    for (let next = at + started.length; next < Math.min(at + ahead, wanted.length); next++) {
      const reading = deadline.isOver()
        ? Promise.resolve(undefined)
        : hours.view(wanted[next] as ArchiveHour, deadline, needsAttributes);
      // The await below throws it.
      reading.catch(() => {});
      started.push(reading);
    }
    yield { hour, view: await started.shift() };
  }
}
