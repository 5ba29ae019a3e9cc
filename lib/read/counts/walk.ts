import type { ArchiveHours } from '../archive-hours.ts';
import { CoverageBuilder } from '../coverage.ts';
import { type HourView, tracesIn } from '../hour-view.ts';
import { viewsOf } from '../hours-ahead.ts';
import type { KeptTrace } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, ReadWindow } from '../results.ts';

/** Calls back for each hour of a window, the latest first, as far as there is time. */
export async function forEachHour(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
  visit: (view: HourView) => void,
  needsAttributes = false,
): Promise<Coverage> {
  const coverage = new CoverageBuilder();
  const wanted = await hours.inWindow(window);
  for await (const { hour, view } of viewsOf(wanted, hours, deadline, { needsAttributes, mayStop: false })) {
    coverage.addHour(hour, view);
    if (view !== undefined) visit(view);
  }
  return coverage.build();
}

/** Calls back for each trace of a window. */
export function forEachTrace(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
  visit: (trace: KeptTrace) => void,
): Promise<Coverage> {
  return forEachHour(window, hours, deadline, (view) => tracesIn(view, window).forEach(visit));
}

/** The value at a key, made when it is not there yet. */
export function upsert<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}
