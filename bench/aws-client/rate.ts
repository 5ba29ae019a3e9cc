/** Work that two clients do in turns, and what it costs each. */
import { spread } from '../table/rounds.ts';

/** Medians over the rounds. */
export interface ClientRating {
  readonly name: string;
  /** CPU time of one unit of work. */
  readonly sdkMicros: number;
  readonly ownMicros: number;
  /** Of the rounds' ratios SDK : own; with the first and third quartile. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

export const SIDES = ['sdk', 'own'] as const;
export type Side = (typeof SIDES)[number];

/** Work that both sides do in turns. */
export interface Work {
  /** CPU time of one unit, for each part that is rated, and what came of it. */
  run(
    side: Side,
    round: number,
  ): Promise<{ readonly micros: Readonly<Record<string, number>>; readonly answer: unknown }>;
}

/** @throws when the answers differ */
export async function rate(work: Work, rounds: number): Promise<readonly ClientRating[]> {
  const micros: Record<Side, Map<string, number[]>> = { sdk: new Map(), own: new Map() };
  for (let round = -1; round < rounds; round++) {
    const answers: string[] = [];
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const result = await work.run(side, round);
      answers.push(JSON.stringify(result.answer));
      if (round < 0) continue;
      for (const [part, one] of Object.entries(result.micros)) {
        micros[side].set(part, [...(micros[side].get(part) ?? []), one]);
      }
    }
    if (answers[0] !== answers[1]) throw new Error(`the clients differ: ${answers.join(' and ')}`);
  }
  return [...micros.sdk].map(([name, sdk]) => {
    const own = micros.own.get(name) ?? [];
    const { value: ratio, quartiles } = spread(sdk.map((one, round) => one / (own[round] ?? Number.NaN)));
    return { name, sdkMicros: spread(sdk).value, ownMicros: spread(own).value, ratio, quartiles };
  });
}

export function microsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
