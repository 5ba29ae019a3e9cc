import type { ReadClock } from './ports.ts';

/** Until when a call may go on reading. What it has then is its answer. */
export interface Deadline {
  isOver(): boolean;
}

/** Jaeger's page gives up after ten seconds. */
export const DEFAULT_DEADLINE_MS = 8000;

export function deadlineIn(ms: number, clock: ReadClock): Deadline {
  const atMs = clock.now() + ms;
  return { isOver: () => clock.now() >= atMs };
}
