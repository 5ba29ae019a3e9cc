import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../lib/traffic/random.ts';
import type { Fault } from './system.ts';

/** Attacks by the seed, one fault after the other and each kind as often as the others, until the time is over. */
export async function attack(
  faults: Readonly<Record<string, Fault>>,
  random: Random,
  seconds: number,
): Promise<ReadonlyMap<string, number>> {
  const kinds = Object.entries(faults);
  const injected = new Map(kinds.map(([name]) => [name, 0]));
  const begunMs = performance.now();
  const leftMs = () => begunMs + seconds * 1_000 - performance.now();
  for (;;) {
    for (const [name, fault] of shuffled(kinds, random)) {
      await sleep(Math.max(0, Math.min(random.between(500, 4_000), leftMs())));
      if (leftMs() <= 0) return injected;
      await fault(random, seconds * 100);
      injected.set(name, (injected.get(name) ?? 0) + 1);
    }
  }
}

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, at: random.between(0, 1) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
