import { levelAfter, tokensIn } from '../../sampling/limits.ts';
import type { FleetAllowancesDeps } from '../allowances/fleet-allowances.ts';
import type { Clock, KeyTables } from '../ports.ts';
import type { LimitLevels } from './ports.ts';

export interface IdleAllowancesDeps {
  readonly limits: LimitLevels;
  readonly keyTables: Pick<KeyTables, 'latest' | 'counts'>;
  readonly clock: Clock;
}

/**
 * What the policies share, for an evaluation that decides nothing: `FleetAllowances` on it answers as for a decision made now, and
 * takes nothing from any limit, counts no trace, and stores no table.
 *
 * Other deciders hold tokens that they have leased and not used, so that a limit may have a little more left than it says.
 */
export function idleAllowances({ limits, keyTables, clock }: IdleAllowancesDeps): FleetAllowancesDeps {
  return {
    clock,
    limits: {
      async lease(bucket, nowMs, needed, wanted) {
        const level = await limits.level(bucket);
        const tokens = tokensIn(bucket, level, nowMs);
        const granted = tokens >= wanted ? wanted : tokens >= needed ? needed : 0;
        return { granted, level: granted === 0 ? level : levelAfter(bucket, level, nowMs, granted) };
      },
      async release() {},
    },
    keyTables: {
      latest: (sampler, interval) => keyTables.latest(sampler, interval),
      counts: (sampler, interval) => keyTables.counts(sampler, interval),
      putIfAbsent: async (_, table) => table,
      async count() {},
    },
  };
}
