import type { Clock } from '../../pipeline/ports.ts';
import type { DictionaryStore } from './dictionary-store.ts';
import { trainDictionary } from './dictionary-training.ts';
import { toFragmentItem } from './fragment-item.ts';
import { itemBytes, writeUnits } from './schema.ts';
import { type TrainedDictionary, trainedAtMs } from './trained-dictionary.ts';

/** What became of a training. `unitsBefore` and `unitsAfter`: write units of the same samples with the dictionary in use, and the new one. */
export interface TrainingResult {
  readonly outcome: 'published' | 'no gain' | 'another was first' | 'failed';
  readonly id?: string;
  readonly samples?: number;
  readonly unitsBefore?: number;
  readonly unitsAfter?: number;
  readonly error?: unknown;
}

export interface DictionaryTrainerDeps {
  readonly store: Pick<DictionaryStore, 'newest' | 'put'>;
  /** The dictionary in use, as it was last read. Never rejects. */
  readonly newest: () => Promise<TrainedDictionary | undefined>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Bounds the memory that the trainers of all tenants take. */
  readonly turn: SamplingTurn;
  readonly onResult: (result: TrainingResult) => void;
}

/** A dictionary this old is replaced by a better one. Daily: deployments change the resources. */
const RETRAIN_AFTER_MS = 24 * 60 * 60_000;
/** A dictionary this old is replaced by one that is no better, before it must not be used any more. */
const RENEW_AFTER_MS = 5 * RETRAIN_AFTER_MS;

/** Samples to train with, and a third as many to see what it is worth. 3 MB at most. */
const SAMPLES = 256 + 85;
/** The beginning of a longer fragment is enough: its spans are alike. */
const SAMPLE_BYTES = 8 * 1024;
/** Enough fragments have been seen: the samples are drawn from all of them. */
const SEEN_ENOUGH = 4096;
/** After this time the samples are enough if there are as many as wanted. */
const SAMPLING_MS = 10 * 60_000;

/** A dictionary is worth its write, and the reads of every instance, if it saves this share of the write units. */
const WORTHWHILE = 0.03;

/**
 * Trains dictionaries for the fragments of a deployment, or of one of its tenants, out of fragments that decide reads anyway:
 * ```
 *   newest older than a day ─▶ observe: draw samples ─▶ train ─▶ saves write units? ─▶ publish ─▶ ingest reads it within minutes
 *                              (all instances, each on its own)       no ─▶ try again in a day
 * ```
 * Several instances may publish at about the same time; the newest dictionary wins, and all of them stay readable. A trainer that
 * dies has done nothing.
 */
export class DictionaryTrainer {
  readonly #deps: DictionaryTrainerDeps;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #samples: Sample | undefined;

  constructor(deps: DictionaryTrainerDeps) {
    this.#deps = deps;
  }

  /** Offers a fragment as a sample. Keeps a copy, if anything. */
  observe(payload: Uint8Array): void {
    this.#samples?.add(payload, this.#deps.random);
  }

  /** To be called at the end of each batch. Takes a tenth of a second once a day, and hardly any time otherwise. Never rejects. */
  async trainIfDue(): Promise<void> {
    const { clock, turn, newest } = this.#deps;
    const nowMs = clock.now();
    if (this.#samples !== undefined && !turn.isOf(this)) this.#samples = undefined;
    if (this.#samples?.isEnough(nowMs)) return this.#train(this.#samples.fragments);
    if (this.#samples !== undefined || nowMs < this.#restUntilMs) return;
    const current = await newest();
    const dueAtMs = current === undefined ? nowMs : trainedAtMs(current) + RETRAIN_AFTER_MS;
    if (nowMs < dueAtMs) this.#restUntilMs = dueAtMs;
    else if (turn.take(this, nowMs)) this.#samples = new Sample(nowMs);
  }

  async #train(fragments: readonly Uint8Array[]): Promise<void> {
    const { clock, turn, onResult } = this.#deps;
    this.#samples = undefined;
    this.#restUntilMs = clock.now() + RETRAIN_AFTER_MS;
    turn.end(this);
    try {
      onResult(await this.#publishIfWorthwhile(fragments));
    } catch (error) {
      onResult({ outcome: 'failed', error });
    }
  }

  async #publishIfWorthwhile(fragments: readonly Uint8Array[]): Promise<TrainingResult> {
    const { store, clock } = this.#deps;
    const nowMs = clock.now();
    const current = await store.newest({ consistent: true });
    const ageMs = current === undefined ? Number.POSITIVE_INFINITY : nowMs - trainedAtMs(current);
    if (ageMs < RETRAIN_AFTER_MS) return { outcome: 'another was first' };
    const distinct = [...new Map(fragments.map((bytes) => [Buffer.from(bytes).toString('latin1'), bytes])).values()];
    const { bytes, ...gain } = trainAndCompare(distinct, ageMs < RENEW_AFTER_MS ? current : undefined);
    if (!gain.isWorthwhile) return { outcome: 'no gain', samples: distinct.length, ...unitsOf(gain) };
    const { id } = await store.put(bytes);
    return { outcome: 'published', id, samples: distinct.length, ...unitsOf(gain) };
  }
}

/** What a training on some fragments is worth. */
interface Training {
  readonly bytes: Uint8Array;
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  readonly isWorthwhile: boolean;
}

/** Trains with three quarters of the fragments, and compares on the others. @param current what it is compared with; `undefined`: dictionary v1 */
function trainAndCompare(fragments: readonly Uint8Array[], current: TrainedDictionary | undefined): Training {
  const heldOut = fragments.filter((_, index) => index % 4 === 3);
  const bytes = trainDictionary(fragments.filter((_, index) => index % 4 !== 3));
  const unitsBefore = unitsWith(current, heldOut);
  const unitsAfter = unitsWith({ id: '0'.repeat(16), bytes, expiresAt: Number.POSITIVE_INFINITY }, heldOut);
  return { bytes, unitsBefore, unitsAfter, isWorthwhile: unitsAfter <= unitsBefore * (1 - WORTHWHILE) };
}

function unitsOf({ unitsBefore, unitsAfter }: Pick<Training, 'unitsBefore' | 'unitsAfter'>) {
  return { unitsBefore, unitsAfter };
}

/** Write units of fragments in items as ingest writes them. */
function unitsWith(dictionary: TrainedDictionary | undefined, payloads: readonly Uint8Array[]): number {
  const place = { traceId: '0'.repeat(32), hash: '0'.repeat(16), receivedAtMs: 1.8e12, spanCount: 10 };
  return payloads.reduce((sum, payload) => {
    const { item } = toFragmentItem({ ...place, payload }, 0, {}, { dictionary });
    return sum + writeUnits(itemBytes(item));
  }, 0);
}

/** A random choice of all fragments seen, each with the same probability (algorithm R). */
class Sample {
  readonly fragments: Uint8Array[] = [];
  readonly #sinceMs: number;
  #seen = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add(payload: Uint8Array, random: () => number): void {
    const place = this.#seen < SAMPLES ? this.#seen : Math.floor(random() * (this.#seen + 1));
    this.#seen += 1;
    if (place < SAMPLES) this.fragments[place] = payload.slice(0, SAMPLE_BYTES);
  }

  isEnough(nowMs: number): boolean {
    const hasTime = nowMs - this.#sinceMs >= SAMPLING_MS;
    return this.#seen >= SEEN_ENOUGH || (hasTime && this.#seen >= SAMPLES);
  }
}

/** A tenant that has drawn too few samples after this time makes room for another that waits. */
const TURN_MS = 30 * 60_000;

/** Lets one trainer of a process draw samples at a time: they take up to 3 MB, and there may be a thousand tenants. */
export class SamplingTurn {
  #holder: DictionaryTrainer | undefined;
  #sinceMs = 0;

  take(trainer: DictionaryTrainer, nowMs: number): boolean {
    if (this.#holder !== undefined && nowMs - this.#sinceMs < TURN_MS) return this.#holder === trainer;
    this.#holder = trainer;
    this.#sinceMs = nowMs;
    return true;
  }

  isOf(trainer: DictionaryTrainer): boolean {
    return this.#holder === trainer;
  }

  end(trainer: DictionaryTrainer): void {
    if (this.#holder === trainer) this.#holder = undefined;
  }
}
