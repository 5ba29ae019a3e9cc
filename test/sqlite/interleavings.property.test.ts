import { describe, expect, it } from 'vitest';
import type { DecideOptions } from '../../lib/pipeline/decide/options.ts';
import {
  expectKeptInAnyOrder,
  type Interleavings,
  MODEL_CONFIGURATIONS,
  POLICIES_REPLACED,
  PROMISE,
} from '../pipeline/interleavings.ts';
import { type Configuration, TURNING_OFF } from '../pipeline/turning-off.ts';
import { EVERY_TRACE_IS_LARGE } from '../pipeline/world.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';
import { VISIBILITY_TIMEOUT_MS, worldAdapters } from './world-adapters.ts';

const { open } = useStores();

/** Fewer than on memory adapters: there the protocol is explored, here what these adapters make of it. */
const RUNS = 12;

const CONFIGURATIONS = [
  ...Object.entries(MODEL_CONFIGURATIONS).map(([name, one]) => [name, one, 'keep errors'] as const),
  ...Object.entries(TURNING_OFF).map(
    ([name, one]) => [`policies that turn off: ${name}`, one, 'may turn off'] as const,
  ),
  ...Object.entries(POLICIES_REPLACED).map(
    ([name, one]) => [`policies that are replaced: ${name}`, one, 'keep errors of payment'] as const,
  ),
];

describe.each(CONFIGURATIONS)('on SQLite, %s', (_, configuration, kind) => {
  it(PROMISE, () => expectKept(configuration, kind, RUNS));

  it(`${PROMISE}, of a large trace`, () => expectKept(configuration, kind, RUNS / 2, EVERY_TRACE_IS_LARGE));
});

async function expectKept(
  configuration: Configuration,
  kind: Interleavings['kind'],
  numRuns: number,
  settings?: Partial<DecideOptions>,
): Promise<void> {
  const clock = new ManualClock();
  const store = open({ clock, visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS });
  await expectKeptInAnyOrder(configuration, {
    kind,
    settings,
    adapters: () => worldAdapters(store, clock),
    // Which process waits at a step depends on the disk as well: no other run would tell more about a failure.
    parameters: { numRuns, endOnFailure: true },
  });
  expect(store.messages.state()).toMatchObject({ wakeUps: 0, fragments: 0, lagMs: 0 });
}
