import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { corpusOf } from '../../../bench/corpora.ts';
import {
  DictionaryTrainer,
  type DictionaryTrainerDeps,
  SamplingTurn,
  type TrainingResult,
} from '../../../lib/aws/dynamodb/dictionary-trainer.ts';
import { dictionaryExpiresAt } from '../../../lib/aws/dynamodb/schema.ts';
import { dictionaryId, type TrainedDictionary } from '../../../lib/aws/dynamodb/trained-dictionary.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { createRandom } from '../../../lib/traffic/random.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const FRAGMENTS = corpusOf('pod', 4096).flatMap(({ protobuf }) =>
  regroup(protobuf).fragments.map(({ payload }) => payload),
);
const OTHER_FRAGMENTS = FRAGMENTS.map((payload) => Buffer.from(payload).map((byte) => byte ^ 0x55));

/** Dictionaries in memory, seen by all trainers of a test. */
class MemoryDictionaries {
  readonly all: TrainedDictionary[] = [];
  readonly clock = new ManualClock();
  puts: 'work' | 'fail' = 'work';

  newest = async (): Promise<TrainedDictionary | undefined> => this.all.at(-1);

  put = async (bytes: Uint8Array): Promise<TrainedDictionary> => {
    if (this.puts === 'fail') throw new Error('no table');
    const nowMs = this.clock.now();
    const dictionary = { id: dictionaryId(bytes, nowMs), bytes, expiresAt: dictionaryExpiresAt(nowMs, DAY_MS) };
    this.all.push(dictionary);
    return dictionary;
  };
}

function create(options: Partial<DictionaryTrainerDeps> & { readonly store?: MemoryDictionaries } = {}) {
  const store = options.store ?? new MemoryDictionaries();
  const results: TrainingResult[] = [];
  const trainer = new DictionaryTrainer({
    newest: store.newest,
    clock: store.clock,
    random: () => createRandom(1).between(0, 1),
    turn: new SamplingTurn(),
    onResult: (result) => results.push(result),
    ...options,
    store,
  });
  return { trainer, results, store, clock: store.clock };
}

/** A batch that reads some fragments. */
async function batch(trainer: DictionaryTrainer, fragments: readonly Uint8Array[] = FRAGMENTS): Promise<void> {
  for (const payload of fragments) trainer.observe(payload);
  await trainer.trainIfDue();
}

/** Batches of a quarter of an hour. */
async function quarterOfAnHour(trainer: DictionaryTrainer, clock: ManualClock, fragments?: readonly Uint8Array[]) {
  await batch(trainer, fragments);
  await batch(trainer, fragments);
  clock.advance(HOUR_MS / 4);
  await batch(trainer, fragments);
}

describe('DictionaryTrainer', () => {
  it('publishes a dictionary that saves write units, out of what was read', async () => {
    const { trainer, results, store, clock } = create();
    await quarterOfAnHour(trainer, clock);
    expect(results).toEqual([
      {
        outcome: 'published',
        id: store.all[0]?.id,
        samples: 341,
        unitsBefore: expect.any(Number),
        unitsAfter: expect.any(Number),
      },
    ]);
    const [{ unitsBefore = 0, unitsAfter = 0 } = {}] = results;
    expect(unitsAfter).toBeLessThan(unitsBefore * 0.85);
  });

  it('draws samples for ten minutes, or from four thousand fragments', async () => {
    const { trainer, results, clock } = create();
    await batch(trainer);
    await batch(trainer);
    clock.advance(599_000);
    await batch(trainer);
    expect(results).toEqual([]);
    for (let at = 0; at < 4096; at += FRAGMENTS.length) await batch(trainer);
    expect(results).toHaveLength(1);
  });

  it('waits for enough of them', async () => {
    const { trainer, results, clock } = create();
    await batch(trainer, []);
    await batch(trainer, FRAGMENTS.slice(0, 300));
    clock.advance(HOUR_MS);
    await trainer.trainIfDue();
    expect(results).toEqual([]);
    await batch(trainer, FRAGMENTS.slice(300));
    expect(results).toHaveLength(1);
  });

  it('keeps what it read to itself: the fragment may be changed afterwards', async () => {
    const [one, other] = [create(), create()];
    await quarterOfAnHour(one.trainer, one.clock);
    await other.trainer.trainIfDue();
    for (let round = 0; round < 2; round++) {
      for (const payload of FRAGMENTS) {
        const copy = payload.slice();
        other.trainer.observe(copy);
        copy.fill(0);
      }
    }
    other.clock.advance(HOUR_MS / 4);
    await other.trainer.trainIfDue();
    expect(other.results[0]?.outcome).toBe('published');
  });

  it('publishes nothing that saves nothing', async () => {
    const { trainer, results, store, clock } = create();
    const noise = Array.from({ length: 400 }, () => Uint8Array.from(randomBytes(1500)));
    await quarterOfAnHour(trainer, clock, noise);
    const small = create();
    await quarterOfAnHour(
      small.trainer,
      small.clock,
      FRAGMENTS.map((payload) => payload.slice(0, 800)),
    );
    expect([...results, ...small.results].map(({ outcome }) => outcome)).toEqual(['no gain', 'no gain']);
    expect(store.all).toEqual([]);
  });

  it('rests for a day, whatever the result', async () => {
    const { trainer, results, store, clock } = create();
    store.puts = 'fail';
    await quarterOfAnHour(trainer, clock);
    expect(results).toEqual([{ outcome: 'failed', error: new Error('no table') }]);
    store.puts = 'work';
    clock.advance(DAY_MS - HOUR_MS);
    await quarterOfAnHour(trainer, clock);
    expect(results).toHaveLength(1);
    clock.advance(HOUR_MS);
    await quarterOfAnHour(trainer, clock);
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'published']);
  });

  it('trains again a day later, and keeps the old dictionary where the traffic is the same', async () => {
    const { trainer, results, clock, store } = create();
    await quarterOfAnHour(trainer, clock);
    clock.advance(DAY_MS);
    await quarterOfAnHour(trainer, clock);
    clock.advance(DAY_MS);
    await quarterOfAnHour(trainer, clock, OTHER_FRAGMENTS);
    expect(results.map(({ outcome }) => outcome)).toEqual(['published', 'no gain', 'published']);
    expect(store.all).toHaveLength(2);
  });

  it('renews a dictionary before it must not be used any more', async () => {
    const { trainer, results, clock } = create();
    await quarterOfAnHour(trainer, clock);
    clock.advance(5 * DAY_MS);
    await quarterOfAnHour(trainer, clock);
    expect(results.map(({ outcome }) => outcome)).toEqual(['published', 'published']);
  });

  it('leaves it to another instance that was first', async () => {
    const store = new MemoryDictionaries();
    const [one, other] = [create({ store }), create({ store })];
    // Both begin before there is one.
    for (const { trainer } of [one, other]) for (let round = 0; round < 2; round++) await batch(trainer);
    store.clock.advance(HOUR_MS / 4);
    await one.trainer.trainIfDue();
    await other.trainer.trainIfDue();
    expect([one, other].map(({ results }) => results[0]?.outcome)).toEqual(['published', 'another was first']);
  });

  it('does not begin while the dictionary in use is young', async () => {
    const store = new MemoryDictionaries();
    const [one, late] = [create({ store }), create({ store })];
    await quarterOfAnHour(one.trainer, store.clock);
    await quarterOfAnHour(late.trainer, store.clock);
    expect(late.results).toEqual([]);
    store.clock.advance(DAY_MS);
    await quarterOfAnHour(late.trainer, store.clock, OTHER_FRAGMENTS);
    expect(late.results.map(({ outcome }) => outcome)).toEqual(['published']);
  });

  it('takes turns with the trainers of other tenants', async () => {
    const turn = new SamplingTurn();
    const clock = new ManualClock();
    const tenant = () => {
      const store = Object.assign(new MemoryDictionaries(), { clock });
      return create({ store, turn });
    };
    const [quiet, busy] = [tenant(), tenant()];
    await batch(quiet.trainer, FRAGMENTS.slice(0, 10));
    await quarterOfAnHour(busy.trainer, clock);
    expect(busy.results).toEqual([]);
    // The quiet one has had its time.
    clock.advance(HOUR_MS / 2);
    await quarterOfAnHour(busy.trainer, clock);
    expect(busy.results.map(({ outcome }) => outcome)).toEqual(['published']);
    await quarterOfAnHour(quiet.trainer, clock);
    expect(quiet.results.map(({ outcome }) => outcome)).toEqual(['published']);
  });
});
