import { isInWindow } from '../../archive/window.ts';
import type { ArchiveHours } from '../archive-hours.ts';
import type { HourView } from '../hour-view.ts';
import type { KeptTrace } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, ReadWindow } from '../results.ts';

/** Calls back for each hour of a window, the latest first, as far as there is time. */
export async function forEachHour(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
  visit: (view: HourView) => void,
): Promise<Coverage> {
  const missingHours: string[] = [];
  for (const hour of await hours.inWindow(window)) {
    if (deadline.isOver()) {
      missingHours.push(hour);
      continue;
    }
    const view = await hours.view(hour, deadline);
    if (!view.isComplete) missingHours.push(hour);
    visit(view);
  }
  return { isComplete: missingHours.length === 0, missingHours };
}

/** Calls back for each trace of a window. */
export function forEachTrace(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
  visit: (trace: KeptTrace) => void,
): Promise<Coverage> {
  return forEachHour(window, hours, deadline, ({ hour, newestFirst }) => {
    for (const trace of newestFirst) if (isInWindow(window, hour, trace.startMs)) visit(trace);
  });
}

/** The value at a key, made when it is not there yet. */
export function upsert<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}

export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
