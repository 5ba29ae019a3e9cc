import type { DictionaryStore } from '../../lib/aws/dynamodb/dictionary-store.ts';
import type { DictionaryTrainer, TrainingResult } from '../../lib/aws/dynamodb/dictionary-trainer.ts';
import type { DynamoDbSpanBufferDeps } from '../../lib/aws/dynamodb/span-buffer.ts';
import type { TrainedDictionary } from '../../lib/aws/dynamodb/trained-dictionary.ts';
import type { Clock } from '../../lib/pipeline/ports.ts';
import type { Log } from './logger.ts';
import { RefreshingValue } from './refreshing-value.ts';

/** Trained dictionaries are used: how they are trained, and where that is logged. */
export interface DictionaryOptions {
  readonly log: Log;
  /** Makes the trainer of a tenant. @default this function trains none */
  readonly createTrainer?: (deps: TrainerDeps) => DictionaryTrainer;
}

export interface TrainerDeps {
  readonly store: DictionaryStore;
  readonly newest: () => Promise<TrainedDictionary | undefined>;
  readonly clock: Clock;
  readonly onResult: (result: TrainingResult) => void;
}

/** A new dictionary is used after this time at the latest, by an instance that is at work. */
const MAX_AGE_MS = 5 * 60_000;

/** What a tenant's services have of dictionaries: what its buffer needs, and the trainer. */
interface UsedDictionaries extends Pick<DynamoDbSpanBufferDeps, 'dictionaries' | 'newestDictionary' | 'onDecoded'> {
  readonly trainer?: DictionaryTrainer | undefined;
}

/** Dictionaries for a tenant. Starts to read the newest one at once, during a cold start. */
export function useDictionaries(
  store: DictionaryStore,
  clock: Clock,
  tenant: string | undefined,
  options: DictionaryOptions | undefined,
): UsedDictionaries {
  // What was written with a dictionary is read in any case.
  if (options === undefined) return { dictionaries: store };
  const { log, createTrainer } = options;
  const newest = newestDictionary(store, clock, log);
  void newest();
  const trainer = createTrainer?.({ store, newest, clock, onResult: logTraining(log, tenant) });
  const onDecoded = trainer && ((payload: Uint8Array) => trainer.observe(payload));
  return { dictionaries: store, newestDictionary: newest, trainer, ...(onDecoded !== undefined && { onDecoded }) };
}

/**
 * The newest dictionary, read again every few minutes. Never rejects: without it, payloads are compressed with the dictionary that
 * is part of the code, and cost a few more write units.
 */
function newestDictionary(
  store: DictionaryStore,
  clock: Clock,
  log: Log,
): () => Promise<TrainedDictionary | undefined> {
  const load = async (held: TrainedDictionary | undefined) => {
    try {
      const newest = await store.newest();
      // An item never changes. The same bytes in the same place have compressors that stay open.
      return newest?.id === held?.id ? held : newest;
    } catch (error) {
      log.warn('dictionary cannot be read', { used: held?.id ?? 'built in', error });
      return held;
    }
  };
  const options = { maxAgeMs: MAX_AGE_MS, waitFromAgeMs: Number.POSITIVE_INFINITY };
  const deps = { load, clock, onFailure: () => {} };
  const newest = new RefreshingValue<TrainedDictionary | undefined>(deps, options);
  return () => newest.current();
}

/** Logs what became of a training. */
function logTraining(log: Log, tenant: string | undefined): (result: TrainingResult) => void {
  return ({ outcome, ...fields }) => {
    const level = outcome === 'failed' ? 'warn' : 'info';
    log[level]('dictionary training', { ...(tenant !== undefined && { tenant }), outcome, ...fields });
  };
}
