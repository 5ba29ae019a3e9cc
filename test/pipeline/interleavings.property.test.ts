import { describe, it } from 'vitest';
import type { DecideOptions } from '../../lib/pipeline/decide/options.ts';
import {
  expectKeptInAnyOrder,
  type Interleavings,
  MODEL_CONFIGURATIONS,
  POLICIES_REPLACED,
  PROMISE,
} from './interleavings.ts';
import { type Configuration, TURNING_OFF } from './turning-off.ts';
import { EVERY_TRACE_IS_LARGE, memoryAdapters } from './world.ts';

describe.each(Object.entries(MODEL_CONFIGURATIONS))('%s', (_, configuration) => {
  it(PROMISE, async () => {
    await expectKept(configuration, 'keep errors', 400);
  });

  it(`${PROMISE}, of a large trace`, async () => {
    await expectKept(configuration, 'keep errors', 200, EVERY_TRACE_IS_LARGE);
  });
});

describe.each(Object.entries(TURNING_OFF))('policies that turn off: %s', (_, configuration) => {
  it(PROMISE, async () => {
    await expectKept(configuration, 'may turn off', 400);
  });

  it(`${PROMISE}, of a large trace`, async () => {
    await expectKept(configuration, 'may turn off', 200, EVERY_TRACE_IS_LARGE);
  });
});

describe.each(Object.entries(POLICIES_REPLACED))('policies that are replaced: %s', (_, configuration) => {
  it(PROMISE, async () => {
    await expectKept(configuration, 'keep errors of payment', 200);
  });

  it(`${PROMISE}, of a large trace`, async () => {
    await expectKept(configuration, 'keep errors of payment', 400, EVERY_TRACE_IS_LARGE);
  });
});

function expectKept(
  configuration: Configuration,
  kind: Interleavings['kind'],
  numRuns: number,
  settings?: Partial<DecideOptions>,
): Promise<void> {
  return expectKeptInAnyOrder(configuration, {
    kind,
    settings,
    adapters: () => memoryAdapters(),
    parameters: { numRuns },
  });
}
