import { check, comparedSpans } from './checks.ts';
import type { FaultName } from './faults.ts';
import type { Plan } from './plan.ts';
import type { Timeline } from './timeline.ts';
import type { Violation } from './violation.ts';
import { World } from './world.ts';

/** What came of a plan. */
export interface History {
  readonly violations: readonly Violation[];
  readonly timeline: Timeline;
  readonly faults: ReadonlyMap<FaultName, number>;
  readonly events: number;
  /** Spans of the archive that were compared with what was sent. */
  readonly spans: number;
}

/** Plays a plan to its end, and holds what came of it against the promises. */
export async function playHistory(plan: Plan): Promise<History> {
  const world = new World(plan);
  await world.storm();
  // Without dead letters there is nothing to send back: the storm is checked as what comes after it.
  const hasLetters = world.engine.deadLetters().length > 0;
  const inStorm = hasLetters && world.violations.length === 0 ? check(world, 'storm') : [];
  if (inStorm.length === 0 && world.violations.length === 0) await world.redrive();
  const isBroken = world.violations.length + inStorm.length > 0;
  const after = isBroken ? [] : check(world, 'after');
  const history: History = {
    violations: [...world.violations, ...inStorm, ...after],
    timeline: world.timeline,
    faults: world.faults.injected,
    events: world.scheduler.eventCount,
    spans: comparedSpans(world),
  };
  await world.engine.close();
  return history;
}
