import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type FragmentCase, measureFragments } from '../../bench/fragments.ts';
import { decodePayload } from '../../lib/aws/dynamodb/fragment-payload.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';

vi.mock('../../lib/aws/dynamodb/fragment-payload.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../lib/aws/dynamodb/fragment-payload.ts')>();
  return { ...original, decodePayload: vi.fn(original.decodePayload) };
});

/** What decide spends on one fragment, counted: no clock is in it. */
async function spent(fragmentCase: FragmentCase) {
  const index = vi.spyOn(Trace, 'fromFragments');
  vi.mocked(decodePayload).mockClear();
  index.mockClear();
  const { readUnits, writeUnits, evaluations } = await measureFragments(fragmentCase);
  const indexed = index.mock.calls.reduce((sum, [, fragments]) => sum + fragments.length, 0);
  const { fragments } = fragmentCase;
  return {
    perFragment: {
      readUnits,
      writeUnits,
      evaluations,
      decoded: vi.mocked(decodePayload).mock.calls.length / fragments,
      indexed: indexed / fragments,
    },
    indexes: index.mock.calls.length,
    evaluations: evaluations * fragments,
  };
}

const CASES = (['on time', 'late'] as const).flatMap((arrival) =>
  (['kept', 'dropped'] as const).map((outcome) => ({ arrival, outcome })),
);

describe.each(CASES)('a trace that is $outcome, its fragments $arrival', (how) => {
  beforeEach(() => vi.restoreAllMocks());

  it.each([17, 30, 100, 1_000, 3_000])(
    'costs no more than twice as much for each of %d fragments as for each of 10',
    { timeout: 60_000 },
    async (fragments) => {
      const few = (await spent({ fragments: 10, ...how })).perFragment;
      const many = (await spent({ fragments, ...how })).perFragment;
      for (const what of ['readUnits', 'writeUnits', 'evaluations', 'decoded', 'indexed'] as const) {
        expect(many[what] / few[what], `${what}: ${many[what]} instead of ${few[what]}`).toBeLessThanOrEqual(2);
      }
    },
  );
});

it('that comes on time is evaluated, decoded and indexed once, however many wake-ups name it in one batch and the next', async () => {
  const kept = await spent({ fragments: 1_000, arrival: 'on time', outcome: 'kept' });
  expect([kept.evaluations, kept.indexes, kept.perFragment.decoded]).toEqual([1, 1, 1]);
  const dropped = await spent({ fragments: 1_000, arrival: 'on time', outcome: 'dropped' });
  // The second one is of the fragments at its ends, for the note.
  expect([dropped.evaluations, dropped.indexes, dropped.perFragment.decoded]).toEqual([2, 2, 1]);
});
